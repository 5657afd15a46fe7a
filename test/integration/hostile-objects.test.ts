import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { bundleFunction, type BundledFunction } from '../support/bundled-function.ts';
import { element, elementStart, identityElements, nestedStarts, part10 } from '../support/element-bytes.ts';
import { FunctionServer } from '../support/function-server.ts';
import { LocalProject, type PutSettings } from '../support/local-project.ts';
import { TRANSFER_SYNTAX } from '../support/synthetic-dicom.ts';

const MIB = 1024 * 1024;
/** What a bomb unfolds to, and the memory in which it has to be dealt with. */
const BOMB_BYTES = 256 * MIB;
const BOUND_BYTES = 200 * MIB;

const [sopClass, sopInstance, study, series] = identityElements() as [Buffer, Buffer, Buffer, Buffer];
const plain = [element(0x00020010, 'UI', TRANSFER_SYNTAX.explicitLittleEndian)];
const deflated = [element(0x00020010, 'UI', TRANSFER_SYNTAX.deflatedLittleEndian)];
const bulk = Buffer.concat([elementStart(0x00091001, 'OB', BOMB_BYTES), Buffer.alloc(BOMB_BYTES)]);
const bombBeforeUids = Buffer.concat([sopClass, sopInstance, bulk, study, series]);
const gzip: PutSettings = { contentEncoding: 'gzip' };

describe('the memory of the function', () => {
  let project: LocalProject;
  let bundle: BundledFunction;
  let server: FunctionServer;

  beforeAll(async () => {
    [project, bundle] = await Promise.all([LocalProject.start(), bundleFunction()]);
    // A minute of work, which is enough on any machine, lets 64 MiB pass: the margin before the time-out takes the other fifteen seconds.
    const MIN_THROUGHPUT = String(Math.floor((64 * MIB) / 60));
    const limits = { MIN_THROUGHPUT, FUNCTION_TIMEOUT: '75s', NO_PREAMBLE: 'supply' };
    server = await FunctionServer.start({ ...project.environment, ...limits }, bundle.script);
  });
  afterAll(async () => {
    await server.stop();
    bundle.remove();
    await project.close();
  });

  it.each<readonly [string, string, () => Buffer, PutSettings]>([
    [
      'a deflated data set that unfolds before its UIDs',
      'header-too-large',
      () => part10(deflated, deflateRawSync(bombBeforeUids)),
      {},
    ],
    [
      'a deflated data set of nothing',
      'damaged',
      () => part10(deflated, deflateRawSync(Buffer.alloc(BOMB_BYTES))),
      {},
    ],
    [
      'a compressed object that unfolds before its UIDs',
      'too-large',
      () => gzipSync(part10(plain, bombBeforeUids)),
      gzip,
    ],
    ['a compressed object of nothing', 'too-large', () => gzipSync(Buffer.alloc(BOMB_BYTES)), gzip],
    ['a compressed data set without preamble', 'too-large', () => gzipSync(bombBeforeUids), gzip],
    [
      'sequences nested without end',
      'damaged',
      () => part10(plain, Buffer.concat([sopClass, nestedStarts(0x00081140, 3_000_000)])),
      {},
    ],
    [
      'sequences nested without end, without preamble',
      'no-preamble',
      () => Buffer.concat([sopClass, nestedStarts(0x00081140, 3_000_000)]),
      {},
    ],
    [
      'a length of 4 GB',
      'header-too-large',
      () =>
        part10(
          plain,
          Buffer.concat([sopClass, elementStart(0x00091001, 'OB', 0xfffffffe), Buffer.alloc(60 * MIB)]),
        ),
      {},
    ],
  ])('stays bounded, and an outcome is published: %s', async (_what, reason, makeBytes, settings) => {
    const { push } = await project.drop('hostile.dcm', makeBytes(), settings);
    expect(await server.deliver(push)).toBe(204);
    expect(await project.takeReports()).toMatchObject([{ outcome: 'rejected', reason }]);
    expect(server.peakMemoryBytes()).toBeLessThan(BOUND_BYTES);
  });
});
