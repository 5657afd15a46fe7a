import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { makeDicom, streamDicom, tripleOf, uid } from '../../../test/support/synthetic-dicom.ts';
import {
  deleteByOperation,
  eventually,
  instanceOf,
  listed,
  operation,
  release,
  seriesPath,
  storeSeries,
} from './deletion-fixture.ts';
import { AUTHORIZATION, makeStore, sendTo, STORE_PATH, type Fixture } from './fixture.ts';
import { startProcess, type StandInProcess } from './process-fixture.ts';

const MIB = 1024 * 1024;
const LARGE_BYTES = process.env['COURIER_TEST_FULL'] === '1' ? 2048 * MIB : 512 * MIB;

describe('a healthcare stand-in in its own process', () => {
  let dataDir: string;
  let running: StandInProcess;
  const storeDirectory = () => join(dataDir, STORE_PATH.slice('/v1'.length));
  const send: Fixture['send'] = (method, path, headers = {}, body) => {
    const url = `${running.url}${/^\/(v1|_control)\//.test(path) ? path : `${STORE_PATH}/dicomWeb${path}`}`;
    return sendTo(url, method, { ...AUTHORIZATION, ...headers }, body);
  };
  const storeOne = (file: Buffer) => send('POST', '/studies', { 'content-type': 'application/dicom' }, file);

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'courier-healthcare-'));
    running = await startProcess(dataDir);
    await makeStore(send);
  });
  afterEach(async () => {
    await running.kill();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('has what it answered as stored after it was killed, and nothing of what was under way', async () => {
    const kept = makeDicom({ seed: 'kept' });
    await storeOne(kept);
    const upload = httpRequest(`${running.url}${STORE_PATH}/dicomWeb/studies`, {
      method: 'POST',
      headers: { ...AUTHORIZATION, 'content-type': 'application/dicom' },
    });
    const broken = once(upload, 'error');
    upload.write(makeDicom({ seed: 'lost', pixelBytes: MIB }));
    const incoming = join(storeDirectory(), 'incoming');
    while ((await readdir(incoming)).length === 0) await setTimeout(1);
    await running.kill();
    await broken;

    running = await startProcess(dataDir);
    expect(await readdir(incoming)).toEqual([]);
    const { study, series, instance } = tripleOf({ seed: 'kept' });
    const retrieved = await send('GET', `/studies/${study}/series/${series}/instances/${instance}`, {
      accept: 'application/dicom; transfer-syntax=*',
    });
    expect(retrieved.body).toEqual(kept);
    expect((await send('GET', '/instances')).json()).toHaveLength(1);
  });

  it('goes on with an operation in the middle of which it was killed', async () => {
    await send('PATCH', '/_control/switches', {}, '{"operationLengthMs":"held"}');
    await storeSeries({ send }, 'a', 4);
    const name = await deleteByOperation({ send }, seriesPath('a'));
    await eventually(
      () => listed({ send }, '/instances'),
      (count) => count === 2,
    );
    await running.kill();

    running = await startProcess(dataDir);
    expect(await operation({ send }, name)).not.toHaveProperty('done');
    expect((await storeOne(instanceOf('a', 9))).status).toBe(409);
    await release({ send });
    expect(await operation({ send }, name)).toMatchObject({
      metadata: { counter: { success: '4' } },
      done: true,
      response: {},
    });
    expect(await listed({ send }, '/instances')).toBe(0);
    expect((await storeOne(instanceOf('a', 9))).status).toBe(200);
  });

  it('drops bytes whose record was never written', async () => {
    await storeOne(makeDicom());
    await running.kill();
    const [directory = ''] = await readdir(join(storeDirectory(), 'instances'));
    const orphan = join(storeDirectory(), 'instances', directory, `${'0'.repeat(32)}.dcm`);
    await writeFile(orphan, makeDicom({ instance: uid('orphan') }));

    running = await startProcess(dataDir);
    const left = await readdir(join(storeDirectory(), 'instances', directory));
    expect(left.map((name) => name.split('.')[1]).sort()).toEqual(['dcm', 'json']);
    expect((await send('GET', '/instances')).json()).toHaveLength(1);
  });

  it('takes, compares and gives a large instance in little memory', async () => {
    const options = { pixelBytes: LARGE_BYTES };
    for (const path of ['/studies', '/studies']) {
      const { sizeBytes, content } = streamDicom(options);
      const upload = httpRequest(`${running.url}${STORE_PATH}/dicomWeb${path}`, {
        method: 'POST',
        headers: { ...AUTHORIZATION, 'content-type': 'application/dicom', 'content-length': sizeBytes },
      });
      const answered = once(upload, 'response') as Promise<[{ statusCode: number; resume(): void }]>;
      await pipeline(content, upload);
      const [response] = await answered;
      response.resume();
      expect(response.statusCode).toBe(200);
    }
    const response = await fetch(`${running.url}${STORE_PATH}/dicomWeb/studies/${tripleOf({}).study}`, {
      headers: { ...AUTHORIZATION, accept: 'multipart/related; type="application/dicom"; transfer-syntax=*' },
    });
    let received = 0;
    for await (const chunk of response.body ?? []) received += (chunk as Uint8Array).length;
    expect(received).toBeGreaterThan(LARGE_BYTES);
    const peakBytes = await running.peakBytes();
    expect(peakBytes).toBeGreaterThan(0);
    expect(peakBytes).toBeLessThan(350 * MIB);
  }, 120_000);
});
