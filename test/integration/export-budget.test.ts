import '../support/one-realm.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ExportReport } from '../../src/usecases/export/finish-export.ts';
import { bundleFunction, type BundledFunction } from '../support/bundled-function.ts';
import { ExportStack } from '../support/export-stack.ts';
import { makeDicom, tripleOf, uid, type SyntheticDicom } from '../support/synthetic-dicom.ts';

const MIB = 1024 * 1024;
const IS_FULL = process.env['COURIER_TEST_FULL'] === '1';
const INSTANCES = IS_FULL ? 100_000 : 5000;
/** The same for both: only 16 bytes are held for each instance. */
const BOUND_BYTES = 250 * MIB;
/** So much longer than the work of one delivery may take is its time-out, for the answer. */
const MARGIN_SECONDS = 15;
/** A list of instances is made in one delivery: of so many it takes some seconds, and their slices take many deliveries all the same. */
const BUDGET_SECONDS = IS_FULL ? 60 : 5;

const STUDY = uid('budget study');
const optionsOf = (number: number): SyntheticDicom => ({
  seed: `budget ${number}`,
  study: STUDY,
  series: uid('budget series', number % 20),
  instanceNumber: number,
});

describe(`${INSTANCES} small instances, with ${BUDGET_SECONDS} s for each delivery`, () => {
  let exports: ExportStack;
  let bundle: BundledFunction;
  let report: ExportReport;

  beforeAll(
    async () => {
      bundle = await bundleFunction();
      exports = await ExportStack.start({
        functionEntry: bundle.script,
        environment: process.env,
        environments: { export: { FUNCTION_TIMEOUT: `${MARGIN_SECONDS + BUDGET_SECONDS}s` } },
      });
      await exports.fill(instances());
      report = await exports.export({
        action: 'export',
        id: 'budget',
        targets: [{ study: STUDY }],
        destination: 'gs://exports/',
      });
    },
    IS_FULL ? 1_800_000 : 240_000,
  );

  afterAll(async () => {
    await exports.close();
    bundle.remove();
  });

  it('exports all of them, and nothing else', async () => {
    const { exported = 0, 'already-exported': before = 0, ...others } = report.counts;
    expect({ status: report.status, done: exported + before, others, problems: report.problems }).toEqual({
      status: 'complete',
      done: INSTANCES,
      others: {},
      problems: [],
    });
    const names = await exports.names('exports');
    const expected = Array.from({ length: INSTANCES }, (_, number) => nameOf(number));
    expect(names.filter((name) => !name.startsWith('_courier/'))).toEqual(expected.sort());
  }, 120_000);

  it('takes no more memory than it may', () => {
    const peakMemoryBytes = exports.peakMemoryBytes() ?? 0;
    expect(peakMemoryBytes).toBeLessThan(BOUND_BYTES);
    process.stderr.write(
      `${INSTANCES} instances exported in ${report.slices} slices in ${Math.round(report.durationMs / 1000)} s, ` +
        `with at most ${Math.round(peakMemoryBytes / MIB)} MiB of memory\n`,
    );
  });
});

function* instances(): Generator<Buffer> {
  for (let number = 0; number < INSTANCES; number += 1) yield makeDicom(optionsOf(number));
}

function nameOf(number: number): string {
  const { study, series, instance } = tripleOf(optionsOf(number));
  return `${study}/${series}/${instance}.dcm`;
}
