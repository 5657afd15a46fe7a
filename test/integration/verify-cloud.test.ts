import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { HealthcareSwitches } from '../../emulator/src/healthcare/switches.ts';
import { ASSUMPTIONS } from '../../tools/verify-cloud/assumptions.ts';
import { makeVerifyWorld } from '../../tools/verify-cloud/make-verify-world.ts';
import { verifyAssumptions, type Judged } from '../../tools/verify-cloud/verify.ts';
import type { VerifyWorld } from '../../tools/verify-cloud/verify-world.ts';
import { LocalProject } from '../support/local-project.ts';
import { projectRights } from '../support/rights.ts';

const SEARCH_LAG_MS = 500;

let project: LocalProject;
let switches: string;
let dataset: string;

beforeAll(async () => {
  // No function is tried here, and Google's clients, which the tool uses, show a stand-in no token.
  project = await LocalProject.start({}, projectRights(), 'owner');
  const { HEALTHCARE_ENDPOINT = '', DICOM_STORE = '' } = project.environment;
  switches = `${HEALTHCARE_ENDPOINT}/_control/switches`;
  dataset = DICOM_STORE.replace(/\/dicomStores\/.*$/, '');
});
afterEach(() => fetch(switches, { method: 'DELETE' }));
afterAll(() => project.close());

function makeWorld(): VerifyWorld {
  const { STORAGE_EMULATOR_HOST, HEALTHCARE_ENDPOINT = '' } = project.environment;
  return makeVerifyWorld(
    {
      ...{ project: 'local', dataset, bucket: 'exports' },
      ...{ searchLagMs: SEARCH_LAG_MS, pollMs: 50, timeoutMs: 30_000 },
      endpoints: { storage: STORAGE_EMULATOR_HOST, pubsub: undefined, healthcare: HEALTHCARE_ENDPOINT },
    },
    `verify-${randomUUID()}`,
  );
}

/** The rows by verdict, without those that hold. */
async function verify(flipped: Partial<HealthcareSwitches>): Promise<Record<string, string[]>> {
  await fetch(switches, { method: 'PATCH', body: JSON.stringify(flipped) });
  const world = makeWorld();
  const judged: Judged[] = [];
  const left = await verifyAssumptions(world, new AbortController().signal, (row) => judged.push(row));
  expect(left).toEqual([]);
  expect(judged.map(({ id }) => id)).toEqual(ASSUMPTIONS.map(({ id }) => id));
  const idsWith = (verdict: string): string[] =>
    judged.filter((row) => row.verdict === verdict).map(({ id }) => id);
  return { failed: idsWith('does not hold'), untried: idsWith('could not be tried') };
}

/** Each switch, what it is flipped to, and the rows that cannot be tried then. */
const NEEDS_OPERATION = [
  ...['store-during-deletion', 'second-deletion', 'search-after-deletion', 'operation-names-no-target'],
  ...['operation-method', 'operation-created', 'done-absent', 'counter-texts', 'operation-listed'],
  'cancellation',
];
const NEEDS_RECORD = NEEDS_OPERATION.filter(
  (id) => !['store-during-deletion', 'second-deletion', 'operation-listed'].includes(id),
);
const FLIPS: readonly (readonly [Partial<HealthcareSwitches>, string, readonly string[]])[] = [
  [{ identicalDuplicate: 'conflict' }, 'identical-store', []],
  [{ duplicateDetail: 'checksum-mismatch' }, 'duplicate-words', []],
  [{ otherStudyStatus: 400 }, 'other-study', []],
  [{ uidGrammar: 'strict' }, 'uid-grammar', []],
  [{ sopClassUid: 'optional' }, 'sop-class', []],
  [{ emptySearch: 'empty-list' }, 'empty-search', []],
  [{ aboveMaximum: 'reject' }, 'above-maximum', []],
  [{ missingResourceStatus: 403 }, 'missing-resource', []],
  [{ missingStoreStatus: 403 }, 'missing-store', []],
  [{ jsonErrors: 'array' }, 'json-errors', []],
  [{ deletionAnswer: 'empty' }, 'deletion-answer', NEEDS_OPERATION],
  [{ deletionAnswer: 'no-content' }, 'deletion-answer', NEEDS_OPERATION],
  [{ storeDuringDeletion: 400 }, 'store-during-deletion', []],
  [{ storeDuringDeletion: 503 }, 'store-during-deletion', []],
  [{ missingTargetStatus: 403 }, 'missing-target', []],
  [{ missingTargetStatus: 200 }, 'missing-target', []],
  [{ secondDeletion: 409 }, 'second-deletion', []],
  [{ searchLagMs: 60_000 }, 'search-after-deletion', []],
  [{ operationCounter: 'absent' }, 'counter-texts', []],
  [{ operationRecords: 'lost' }, 'operation-listed', NEEDS_RECORD],
  [{ unknownOperationStatus: 403 }, 'unknown-operation', []],
  [{ cancellation: 'ignored' }, 'cancellation', []],
];

describe('npm run verify:cloud', () => {
  it('finds that everything holds on the stand-ins, and leaves nothing behind', async () => {
    const options = [
      '--project',
      'local',
      '--location',
      'local',
      '--dataset',
      'imaging',
      '--bucket',
      'exports',
    ];
    const child = spawn(process.execPath, ['tools/verify-cloud/main.ts', ...options, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...project.environment, METADATA_SERVER_DETECTION: 'none' },
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const code = await new Promise((resolve) => child.once('close', resolve));
    const rows = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Judged);
    expect(rows.filter(({ verdict }) => verdict !== 'holds')).toEqual([]);
    const isSuite = ({ id }: Judged): boolean => id.startsWith('contract:');
    expect(rows.filter((row) => !isSuite(row)).map(({ id }) => id)).toEqual(ASSUMPTIONS.map(({ id }) => id));
    const suites = ['known-differences', 'metadata', 'retrieve', 'search', 'store'];
    const ran = new Set(rows.filter(isSuite).map(({ id }) => id.replace('contract:', '')));
    expect([...ran]).toEqual(expect.arrayContaining(suites));
    expect(code).toBe(0);
    expect(await project.names('exports')).toEqual([]);
    const { HEALTHCARE_ENDPOINT = '' } = project.environment;
    const answer = await fetch(`${HEALTHCARE_ENDPOINT}/v1/${dataset}/dicomStores`, {
      headers: { authorization: 'Bearer local' },
    });
    expect(((await answer.json()) as { dicomStores: unknown[] }).dicomStores).toHaveLength(1);
  }, 180_000);

  it.each(FLIPS)(
    'finds with %j that %s does not hold, and nothing else',
    async (flipped, id, untried) => {
      expect(await verify(flipped)).toEqual({ failed: [id], untried });
    },
    60_000,
  );

  it('has every switch that a row names among those that are flipped here', () => {
    const flipped = FLIPS.flatMap(([change]) => Object.keys(change));
    const named = ASSUMPTIONS.flatMap(({ switchName }) => (switchName === null ? [] : [switchName]));
    expect([...new Set(flipped)].sort()).toEqual(named.sort());
  });

  it('tries nothing more when it is interrupted, and removes what it has made', async () => {
    const world = makeWorld();
    const verdicts = new Set<string>();
    const interrupted = AbortSignal.abort(new Error('ended by SIGINT'));
    const left = await verifyAssumptions(world, interrupted, ({ verdict, observed }) =>
      verdicts.add(`${verdict}: ${observed}`),
    );
    expect({ left, verdicts: [...verdicts] }).toEqual({
      left: [],
      verdicts: ['could not be tried: ended by SIGINT'],
    });
  });
});
