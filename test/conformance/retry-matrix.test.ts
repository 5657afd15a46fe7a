import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fault } from '../support/faults.ts';
import { expandMatrix, readMatrix, type Row, type SceneSpec } from './matrix.ts';
import { World, type Observed } from './world.ts';

const matrix = readMatrix();
const { rows, senselessCount } = expandMatrix(matrix);

let world: World;

beforeAll(async () => {
  // The harder of the two: a lost answer is followed by a conflict that is none.
  world = await World.start(matrix.calls, 'conflict');
});

afterAll(async () => {
  await world.close();
  process.stderr.write(
    `retry matrix: ${rows.length} rows, ${senselessCount} combinations without sense, ` +
      `${Object.keys(matrix.calls).length} calls, ${Object.keys(matrix.faults).length} faults\n`,
  );
});

function sceneOf({ call, fault }: Row): SceneSpec {
  const scene = matrix.scenes[call.scene];
  if (scene === undefined) throw new Error(`There is no scene ${call.scene}.`);
  return fault.given === undefined ? scene : { ...scene, given: fault.given };
}

/** As often as the row says; for ever means as often as the worker is expected to try, so that one more would succeed. */
function timesOf({ repetition, expect: { attempts } }: Row): number {
  return { once: 1, twice: 2, always: attempts }[repetition];
}

function faultOf({ call, fault: { fault } }: Row): Fault {
  if (!('afterBytes' in fault)) return fault as Fault;
  const afterBytes = fault['at'] === 'request-body' ? call.requestBytes : call.responseBytes;
  return { ...fault, afterBytes } as Fault;
}

function deliver(row: Row): Promise<Observed> {
  const scene = sceneOf(row);
  const environment = { ...scene.environment, ...row.fault.environment };
  const { call, fault } = row;
  return world.deliver(scene, environment, {
    call,
    fault: faultOf(row),
    after: fault.after,
    times: timesOf(row),
  });
}

/** What is to be published: undefined for nothing. */
function expectedReport(
  { call, expect: { report } }: Row,
  scene: SceneSpec,
): SceneSpec['report'] | undefined {
  if (report === null) return call.isAfterReport ? scene.report : undefined;
  return report === 'as without fault' ? scene.report : report;
}

/** The most requests of another call: those of a delivery without faults, and those that further attempts come with. */
function mostRequests(name: string, { call, expect: { attempts, extra } }: Row, scene: SceneSpec): number {
  return (scene.requests[name] ?? 0) + (call.again[name] ?? 0) * (attempts - 1) + (extra[name] ?? 0);
}

/** The wanted numbers, as far as they are found one after the other among others. */
function inOrder(wanted: readonly number[], among: readonly number[]): number[] {
  const found: number[] = [];
  for (const number of among) if (number === wanted[found.length]) found.push(number);
  return found;
}

/** The call whose requests the row's attempts are. */
function requestOf({ call }: Row): string {
  return call.isPartOf ?? call.name;
}

/** Calls, other than the row's own, that were made more often than its attempts explain. */
function tooMany({ requests }: Observed, row: Row, scene: SceneSpec): string[] {
  return Object.entries(requests)
    .filter(([name]) => name !== requestOf(row))
    .filter(([name, made]) => made > mostRequests(name, row, scene))
    .map(([name, made]) => `${name}: ${made} requests, expected at most ${mostRequests(name, row, scene)}`);
}

describe('without a fault', () => {
  it.each(Object.entries(matrix.scenes))(
    '%s: every call is made as often as it has to be',
    async (_, scene) => {
      const observed = await world.deliver(scene, scene.environment);
      expect(observed).toMatchObject({ status: 204, delaysMs: [], sleepsMs: [], reports: [scene.report] });
      const made = Object.fromEntries(Object.entries(observed.requests).filter(([, count]) => count > 0));
      expect(made).toEqual(scene.requests);
    },
  );
});

describe('the retry matrix', () => {
  it.each(rows.map((row) => [row.title, row] as const))('%s', async (_, row) => {
    const { expect: expected } = row;
    const scene = sceneOf(row);
    const observed = await deliver(row);
    const report = expectedReport(row, scene);

    expect({
      status: observed.status,
      reports: observed.reports.map(({ outcome, reason }) => ({ outcome, reason })),
      attempts: observed.requests[requestOf(row)],
      delaysMs: observed.delaysMs,
      isConfigurationFault: observed.isConfigurationFault,
      isScriptUsedUp: observed.isScriptUsedUp,
    }).toEqual({
      status: expected.status,
      reports: report === undefined ? [] : Array.from({ length: expected.reports ?? 1 }, () => report),
      attempts: expected.attempts,
      delaysMs: expected.delaysMs,
      isConfigurationFault: expected.isConfigurationFault,
      isScriptUsedUp: true,
    });
    // Every wait was asked of the clock, and outside a lane nothing else was.
    const waits = expected.isPaced ? inOrder(expected.delaysMs, observed.sleepsMs) : observed.sleepsMs;
    expect(waits).toEqual(expected.delaysMs);
    expectTruth(observed, expected.quarantined);
    expect(tooMany(observed, row, scene)).toEqual([]);
  });
});

/** What was reported is so, and what was not reported can still be found out. */
function expectTruth(
  { scene, status, reports, ...observed }: Observed,
  quarantined: number | undefined,
): void {
  expect(new Set(reports.map(({ reportId }) => reportId)).size).toBe(Math.min(reports.length, 1));
  const outcome = reports[0]?.outcome;
  const isSafe = outcome === 'stored' || outcome === 'already-stored';
  // Never less than the whole instance; and always where it is said to be there.
  if (isSafe || (observed.stored !== undefined && outcome !== 'conflict'))
    expect(observed.stored?.equals(scene.bytes)).toBe(true);
  if (!isSafe) expect(observed.isInInbox).toBe(true);
  const isSetAside = outcome === 'rejected' || outcome === 'conflict';
  expect(observed.quarantined).toBe(isSetAside && status === 204 ? (quarantined ?? 1) : 0);
}
