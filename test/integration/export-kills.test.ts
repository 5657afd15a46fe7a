import '../support/one-realm.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import type { ExportReport } from '../../src/usecases/export/finish-export.ts';
import { ExportStack } from '../support/export-stack.ts';
import { KillSwitch } from '../support/kill-switch.ts';
import { makeDicom, tripleOf, uid, type SyntheticDicom } from '../support/synthetic-dicom.ts';

/** Decides when the function is killed; another seed kills it at other moments. */
const SEED = 20_260_102;
const KILLS = 10;
const INSTANCES = 500;
const SLICES = 10;

/** Series are kept together, so a slice is full where they fit into it. */
const SERIES_INSTANCES = INSTANCES / SLICES / 5;
const seriesOf = (number: number): number => Math.floor(number / SERIES_INSTANCES);

const optionsOf = (number: number): SyntheticDicom => ({
  seed: `export kills ${number}`,
  study: uid('export kills study', seriesOf(number) % 3),
  series: uid('export kills series', seriesOf(number)),
  pixelBytes: number % 50 === 0 ? 65_536 * 140 : 20_000,
});
const nameOf = (options: SyntheticDicom): string => {
  const { study, series, instance } = tripleOf(options);
  return `trial/${study}/${series}/${instance}.dcm`;
};
const ALL = Array.from({ length: INSTANCES }, (_, number) => optionsOf(number));
const STUDIES = [0, 1, 2].map((number) => ({ study: uid('export kills study', number) }));

describe(`${INSTANCES} instances exported in ${SLICES} slices, every message delivered twice, the function killed at random points`, () => {
  let exports: ExportStack;
  let killer: KillSwitch;
  let report: ExportReport;

  beforeAll(async () => {
    exports = await ExportStack.start(
      {
        deliverTwice: true,
        restartDelayMs: () => 10,
        environment: { ...process.env, SLICE_INSTANCES: String(INSTANCES / SLICES), EXPORT_CONCURRENCY: '8' },
      },
      () => killer.reportArrived(),
    );
    killer = new KillSwitch(exports.process, join(exports.dataDir, 'storage', 'bodies'), SEED);
    await exports.fill(ALL.map(makeDicom));
    killer.arm(KILLS);
    report = await exports.export({
      action: 'export',
      id: 'kills',
      targets: STUDIES,
      destination: 'gs://exports/trial/',
    });
  }, 240_000);

  afterAll(async () => {
    killer.close();
    await exports.close();
  });

  it('is killed as often as planned, and also in the middle of a slice', () => {
    expect(killer.kills.length).toBe(KILLS);
    expect(report.slices).toBe(SLICES);
  });

  it('says that every instance is exported', () => {
    const { exported = 0, 'already-exported': before = 0, ...others } = report.counts;
    expect({ status: report.status, done: exported + before, others, problems: report.problems }).toEqual({
      status: 'complete',
      done: INSTANCES,
      others: {},
      problems: [],
    });
  });

  it('leaves exactly the objects that were asked for, byte for byte, and one manifest', async () => {
    const expected = new Map(ALL.map((options) => [nameOf(options), options]));
    const names = await exports.names('exports');
    expect(names).toEqual([...expected.keys(), 'trial/_courier/kills/manifest.jsonl'].sort());
    for (const [name, options] of expected) {
      const isSame = (await exports.read('exports', name)).equals(makeDicom(options));
      expect({ name, isSame }).toEqual({ name, isSame: true });
    }
  });

  it('lists each of them once in the manifest, with what the bucket says of it', async () => {
    const manifest = await exports.manifest(report);
    const bucket = exports.stack.clients.storage.bucket('exports');
    const found = [...manifest.keys()].sort();
    expect(found).toEqual(ALL.map((options) => `gs://exports/${nameOf(options)}`).sort());
    for (const options of ALL.slice(0, 60)) {
      const [{ generation, size, crc32c }] = await bucket.file(nameOf(options)).getMetadata();
      expect(manifest.get(`gs://exports/${nameOf(options)}`)).toMatchObject({
        ...tripleOf(options),
        generation: String(generation),
        sizeBytes: Number(size),
        crc32c,
      });
    }
  });

  it('has one final report, however often it is published', async () => {
    const finals = exports.reports.filter(({ final }) => final);
    expect(new Set(finals.map((final) => JSON.stringify(final))).size).toBe(1);
    expect((await exports.names('records')).length).toBe(1);
    expect(await exports.names('state', 'reports/')).toHaveLength(1);
  });
});
