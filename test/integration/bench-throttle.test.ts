import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

interface Row {
  readonly function: string;
  readonly messages: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly deadLetters: number;
  readonly unfinished: number;
  readonly timeline: { readonly accepted: readonly number[]; readonly refused: readonly number[] };
}

interface Result {
  readonly rows: readonly Row[];
  readonly laneCost: { readonly directNs: number; readonly laneNs: number };
  readonly failures: readonly string[];
}

const OBJECTS = 80;
const run = promisify(execFile);

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

// A moment of each scenario: that the benchmark works, and nothing of how well anything paces itself.
describe('npm run bench -- throttle', () => {
  let result: Result;

  beforeAll(async () => {
    const args = ['bench/main.ts', 'throttle', '--quick', '--objects', String(OBJECTS), '--json'];
    const { stdout } = await run(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 });
    result = JSON.parse(stdout) as Result;
  }, 120_000);

  it('runs the worker and a fixed concurrency in turns', () => {
    expect(result.rows.map((row) => row.function)).toEqual(['worker', 'fixed', 'worker', 'fixed']);
  });

  it('sees every object acknowledged and stored, none lost and none dead', () => {
    expect(result.failures).toEqual([]);
    const whole = { messages: OBJECTS, acknowledged: OBJECTS, lost: 0, deadLetters: 0, unfinished: 0 };
    expect(result.rows).toMatchObject([whole, whole, whole, whole]);
  });

  it('counts what the store accepted', () => {
    expect(result.rows.map(({ timeline }) => sum(timeline.accepted))).toEqual([
      OBJECTS,
      OBJECTS,
      OBJECTS,
      OBJECTS,
    ]);
  });

  it('says what a lane costs that nothing throttles', () => {
    expect(result.laneCost.directNs).toBeGreaterThan(0);
    expect(result.laneCost.laneNs).toBeGreaterThan(0);
  });

  it('draws a curve for every scenario', () => {
    for (const name of ['50-5ms-retry-after', '200-20-200-5ms-retry-after']) {
      const path = `bench/results/throttle-${name}-quick.svg`;
      expect(existsSync(path)).toBe(true);
      expect(readFileSync(path, 'utf8').match(/<polyline/g)).toHaveLength(6);
    }
  });
});
