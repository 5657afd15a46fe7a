import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { carryOne } from '../support/carry-one.ts';
import { LocalProject } from '../support/local-project.ts';
import { makeDicom, tripleOf } from '../support/synthetic-dicom.ts';

const MIB = 1024 * 1024;
const contentEncoding = 'gzip';

let project: LocalProject;

beforeAll(async () => {
  project = await LocalProject.start();
});
afterAll(() => project.close());

describe('an object of Content-Encoding gzip', () => {
  it('is stored as what it decompresses to', async () => {
    const seed = 'gzip';
    const file = makeDicom({ seed, pixelBytes: 4 * MIB });
    const compressed = gzipSync(file);
    const { status, report } = await carryOne(project, compressed, { contentEncoding });
    expect(status).toBe(204);
    expect(report).toMatchObject({ outcome: 'stored', object: { sizeBytes: compressed.length } });
    expect((await project.stored(tripleOf({ seed })))?.equals(file)).toBe(true);
  });

  it('is compared with the stored instance as what it decompresses to', async () => {
    const seed = 'gzip again';
    await carryOne(project, makeDicom({ seed }));
    const same = await carryOne(project, gzipSync(makeDicom({ seed })), {
      contentEncoding,
      environment: { VERIFY: 'always' },
    });
    expect(same.report?.outcome).toBe('stored');
    const other = await carryOne(project, gzipSync(makeDicom({ seed, patientName: 'Other^Otto' })), {
      contentEncoding,
    });
    expect(other.report?.outcome).toBe('conflict');
  });

  // One second of work: the margin before the time-out takes the other fifteen.
  const limited = { MIN_THROUGHPUT: String(8 * MIB), FUNCTION_TIMEOUT: '16s' };

  it.each([
    ['a bomb with a valid header', gzipSync(makeDicom({ seed: 'bomb', pixelBytes: 256 * MIB })), 'too-large'],
    ['a bomb of nothing', gzipSync(Buffer.alloc(256 * MIB)), 'too-large'],
    ['a compressed file within a compressed file', gzipSync(gzipSync(makeDicom())), 'archive'],
    ['what is not compressed', makeDicom({ seed: 'plain' }), 'damaged'],
    ['a torn file', gzipSync(makeDicom({ seed: 'torn', pixelBytes: 4 * MIB })).subarray(0, -9), 'damaged'],
    ['a file with a wrong checksum', withLastBytesChanged(gzipSync(makeDicom({ seed: 'wrong' }))), 'damaged'],
    ['nothing', Buffer.alloc(0), 'empty-object'],
  ])('is rejected when it is %s', async (_what, bytes, reason) => {
    const before = await project.names('quarantine');
    const { status, report } = await carryOne(project, bytes, { contentEncoding, environment: limited });
    expect([status, report?.outcome, report?.reason]).toEqual([204, 'rejected', reason]);
    const [copy = '', ...others] = (await project.names('quarantine')).filter(
      (name) => !before.includes(name),
    );
    expect(others).toEqual([]);
    expect((await project.read('quarantine', copy)).equals(bytes)).toBe(true);
  });

  it.each(['bomb', 'torn', 'wrong', 'plain'])(
    'leaves nothing in the store when it is rejected: %s',
    async (seed) => {
      expect(await project.stored(tripleOf({ seed }))).toBeUndefined();
    },
  );
});

function withLastBytesChanged(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  changed.fill(0x55, changed.length - 8);
  return changed;
}
