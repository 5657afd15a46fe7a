import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DeletionReport } from '../../src/domain/deletion/deletion-report.ts';
import type { Fault } from '../support/faults.ts';
import { DeleteWorld, type ObservedDeletion } from './delete-world.ts';
import { expandMatrix, readMatrix, type Row, type SceneSpec } from './matrix.ts';

const matrix = readMatrix('deletion-matrix');
const { rows, senselessCount } = expandMatrix(matrix);

let world: DeleteWorld;

beforeAll(async () => {
  world = await DeleteWorld.start(matrix.calls);
});

afterAll(async () => {
  await world.close();
  process.stderr.write(
    `deletion matrix: ${rows.length} rows, ${senselessCount} combinations without sense\n`,
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

const endOf = ({ targets: [target] }: DeletionReport): SceneSpec['report'] => ({
  outcome: target?.outcome ?? 'no target',
  reason: target?.reason ?? null,
});

describe('without a fault', () => {
  it.each(Object.entries(matrix.scenes))(
    '%s: every call is made as often as it has to be',
    async (_, scene) => {
      const observed = await world.deliver(scene, scene.environment);
      expect(observed).toMatchObject({ status: 204, delaysMs: [], sleepsMs: [] });
      expect(observed.reports.map(endOf)).toEqual([scene.report]);
      const made = Object.fromEntries(Object.entries(observed.requests).filter(([, count]) => count > 0));
      expect(made).toEqual(scene.requests);
      expectTruth(observed, scene.report, 1);
    },
  );
});

describe('the retry matrix of deletion', () => {
  it.each(rows.map((row) => [row.title, row] as const))('%s', async (_, row) => {
    const { call, fault, expect: expected } = row;
    const scene = sceneOf(row);
    const environment = { ...scene.environment, ...fault.environment };
    const times = timesOf(row);
    const observed = await world.deliver(scene, environment, {
      call,
      fault: faultOf(row),
      after: fault.after,
      times,
    });
    const report = expected.report === 'as without fault' ? scene.report : expected.report;
    if (process.env['DUMP'] !== undefined)
      process.stderr.write(
        `ROW ${JSON.stringify({ title: row.title, exp: expected, obs: { status: observed.status, reports: observed.reports.map(endOf), delays: observed.delaysMs, sleeps: observed.sleepsMs, cfg: observed.isConfigurationFault, own: observed.requests[call.name], scene: scene.requests[call.name], end: { ...observed.inTheEnd, reports: observed.inTheEnd.reports.map((r) => [endOf(r), r.operations]) } } })}\n`,
      );
    expect({
      status: observed.status,
      reports: observed.reports.map(endOf),
      delaysMs: observed.delaysMs,
      isConfigurationFault: observed.isConfigurationFault,
    }).toEqual({
      status: expected.status,
      reports: report === null ? [] : Array.from({ length: expected.reports ?? 1 }, () => report),
      delaysMs: expected.delaysMs,
      isConfigurationFault: expected.isConfigurationFault,
    });
    expectWaits(observed, expected);
    // However often anything else fails, it is asked for once.
    const mostDeletions = scene.requests['delete-target'] ?? 0;
    if (call.name === 'delete-target') expect(observed.requests[call.name]).toBe(expected.attempts);
    else expect(observed.requests['delete-target']).toBeLessThanOrEqual(mostDeletions);
    expectTruth(observed, report ?? scene.report, expected.operations ?? 1);
    expect(observed.inTheEnd.isScriptUsedUp).toBe(true);
  });
});

function expectWaits({ sleepsMs }: ObservedDeletion, { delaysMs, pausesMs, isPaced }: Row['expect']): void {
  const waits = [...delaysMs, ...pausesMs];
  if (isPaced) expect(sleepsMs).toEqual(expect.arrayContaining(waits));
  else expect(sleepsMs).toEqual(waits);
}

/** In the end the one report is true: exactly what it calls deleted is gone, by as many deletions as it says. */
function expectTruth(
  { inTheEnd: { reports, asked, kept } }: ObservedDeletion,
  end: SceneSpec['report'],
  operations: number,
): void {
  const [text, ...others] = new Set(reports.map((report) => JSON.stringify(report)));
  expect(others).toEqual([]);
  const report = JSON.parse(text ?? '{"targets":[]}') as DeletionReport;
  const isDeleted = end.outcome === 'deleted';
  expect(endOf(report)).toEqual(end);
  expect(report).toMatchObject({ operations: isDeleted ? operations : 0 });
  expect({ asked, kept }).toEqual({ asked: isDeleted ? 0 : 2, kept: 1 });
}
