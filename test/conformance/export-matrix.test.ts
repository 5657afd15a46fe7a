import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ExportReport } from '../../src/usecases/export/finish-export.ts';
import type { Fault } from '../support/faults.ts';
import { ExportWorld, type ObservedExport } from './export-world.ts';
import { expandMatrix, readMatrix, type Row, type SceneSpec } from './matrix.ts';

const matrix = readMatrix('export-matrix');
const { rows: allRows, senselessCount } = expandMatrix(matrix);

/** Each of their rows carries megabytes several times. */
const LARGE = new Set(['begin-upload', 'upload-bytes', 'finish-upload']);

/**
 * What waiting is answered with is read in one place for all calls, and how often one tries is counted in one: where every
 * attempt carries megabytes, these rows are left to `npm run test:full`.
 */
function isSpared({ call, fault, repetition }: Row): boolean {
  return LARGE.has(call.name) && (repetition === 'always' || / after (seconds|a date)$/.test(fault.name));
}

const isFull = process.env['COURIER_TEST_FULL'] === '1';
const rows = allRows.filter((row) => isFull || !isSpared(row));

/** Of the study that is exported. */
const INSTANCES = 2;

let world: ExportWorld;

beforeAll(async () => {
  world = await ExportWorld.start(matrix.calls);
});

afterAll(async () => {
  await world.close();
  process.stderr.write(
    `export matrix: ${rows.length} of ${allRows.length} rows, ${senselessCount} combinations without sense\n`,
  );
});

function sceneOf({ call }: Row): SceneSpec {
  const scene = matrix.scenes[call.scene];
  if (scene === undefined) throw new Error(`There is no scene ${call.scene}.`);
  return scene;
}

/** For ever means as often as the delivery is expected to try, so that the next one would succeed. */
function timesOf({ repetition, expect: { attempts } }: Row): number {
  return { once: 1, twice: 2, always: attempts }[repetition];
}

function faultOf({ call, fault: { fault } }: Row): Fault {
  if (!('afterBytes' in fault)) return fault as Fault;
  const afterBytes = fault['at'] === 'request-body' ? call.requestBytes : call.responseBytes;
  return { ...fault, afterBytes } as Fault;
}

describe('without a fault', () => {
  it.each(Object.entries(matrix.scenes))(
    '%s: every call is made as often as it has to be',
    async (_, scene) => {
      const observed = await world.deliver(scene, scene.environment);
      expect(observed).toMatchObject({ status: 204, delaysMs: [], sleepsMs: [] });
      const made = Object.fromEntries(Object.entries(observed.requests).filter(([, count]) => count > 0));
      expect(made).toEqual(scene.requests);
      expectTruth(observed, scene.report);
    },
  );
});

describe('the retry matrix of export', () => {
  it.each(rows.map((row) => [row.title, row] as const))(
    '%s',
    async (_, row) => {
      const { call, fault, expect: expected } = row;
      const scene = sceneOf(row);
      const environment = { ...scene.environment, ...fault.environment };
      const affliction = { call, fault: faultOf(row), after: fault.after, times: timesOf(row) };
      const observed = await world.deliver(scene, environment, affliction);
      const { status, delaysMs, isConfigurationFault } = observed;
      expect({ status, delaysMs, isConfigurationFault }).toEqual({
        status: expected.status,
        delaysMs: expected.delaysMs,
        isConfigurationFault: expected.isConfigurationFault,
      });
      expectWaits(observed, expected);
      expect(attemptsOf(observed, row)).toBe(expected.attempts);
      expect(observed.wrong).toEqual([]);
      expect(observed.inTheEnd.isScriptUsedUp).toBe(true);
      const { report } = expected;
      expectTruth(observed, report === 'as without fault' || report === null ? scene.report : report);
    },
    60_000,
  );
});

/** How often the row's call was made beside what a delivery without fault makes of the same requests. */
function attemptsOf({ status, requests }: ObservedExport, row: Row): number {
  const { call, expect: expected } = row;
  const name = call.isPartOf ?? call.name;
  const each = call.isSecond ? 2 : 1;
  const others = status === 204 ? (sceneOf(row).requests[name] ?? 0) - each : 0;
  return ((requests[name] ?? 0) - others - (expected.extra[name] ?? 0)) / each;
}

function expectWaits({ sleepsMs }: ObservedExport, { delaysMs, isPaced }: Row['expect']): void {
  if (isPaced) expect(sleepsMs).toEqual(expect.arrayContaining(delaysMs));
  else expect(sleepsMs).toEqual(delaysMs);
}

/** In the end there is one report and one manifest, and both are true: what they call exported is there, and no more. */
function expectTruth({ inTheEnd }: ObservedExport, end: SceneSpec['report']): void {
  const { reports, manifest, names, wrong, records } = inTheEnd;
  const [text, ...others] = new Set(reports.map((report) => JSON.stringify(report)));
  expect(others).toEqual([]);
  const report = JSON.parse(text ?? '{}') as ExportReport;
  const isThere = ({ outcome }: { outcome: string }): boolean => /^(already-)?exported$/.test(outcome);
  const manifestName = report.manifest?.replace('gs://exports/', '');
  const exported = manifest.filter(isThere).map(({ object }) => object.replace('gs://exports/', ''));
  const [reason = null] = manifest.map((line) => line.reason).filter((word) => word !== null);
  expect({ outcome: report.status, reason }).toEqual(end);
  const planned = end.outcome === 'failed' ? 0 : INSTANCES;
  expect(new Set(manifest.map(({ object }) => object)).size).toBe(planned);
  expect({ planned: report.planned, lines: manifest.length, wrong, records }).toEqual({
    planned,
    lines: planned,
    wrong: [],
    records: 1,
  });
  expect([...names].sort()).toEqual([...exported, manifestName].sort());
  expect(report.counts).toEqual(countBy(manifest.map(({ outcome }) => outcome)));
}

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
