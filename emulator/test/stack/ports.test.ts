import { describe, expect, it } from '@jest/globals';
import { serve } from '../../src/http/server.ts';
import { checkPorts, functionPort, PortInUseError } from '../../src/stack/ports.ts';

const FREE = { storage: 0, pubsub: 0, healthcare: 0, functions: 0 };

describe('the check of ports', () => {
  it.each([
    ['storage', '--storage-port', 'Cloud Storage'],
    ['pubsub', '--pubsub-port', 'Pub/Sub'],
    ['healthcare', '--healthcare-port', 'the Healthcare API'],
    ['functions', '--functions-port', 'the function ingest'],
  ] as const)('says that the port of %s is changed by %s', async (key, option, what) => {
    const other = await serve(() => undefined, 0);
    const failure = checkPorts({ ...FREE, [key]: other.port }, ['ingest']);
    await expect(failure).rejects.toThrow(PortInUseError);
    await expect(failure).rejects.toThrow(`Port ${other.port}, meant for ${what}, is already in use`);
    await expect(failure).rejects.toThrow(option);
    await other.close();
  });

  it('lets a free port pass, and leaves it free', async () => {
    const other = await serve(() => undefined, 0);
    await other.close();
    await checkPorts({ ...FREE, storage: other.port }, ['ingest']);
    await (await serve(() => undefined, other.port)).close();
  });

  it('gives the functions ports one after another', () => {
    expect([0, 1, 2].map((index) => functionPort({ ...FREE, functions: 8081 }, index))).toEqual([
      8081, 8082, 8083,
    ]);
    expect(functionPort(FREE, 2)).toBe(0);
  });
});
