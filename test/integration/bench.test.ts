import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

interface Row {
  readonly size: string;
  readonly latencyMs: number;
  readonly function: string;
  readonly instancesPerSecond: number;
  readonly cpuMsPerInstance: number;
  readonly peakMemoryBytes: number;
  readonly requestsPerInstance: Readonly<Record<string, number>>;
  readonly failures: number;
}

interface Result {
  readonly rows: readonly Row[];
  readonly ratios: readonly { readonly against: string; readonly instancesPerSecond: number }[];
  readonly memory: Readonly<Record<'small' | 'large', { readonly peakMemoryBytes: number }>>;
  readonly failures: readonly string[];
}

const run = promisify(execFile);
const bench = (...args: string[]) => run(process.execPath, ['bench/main.ts', ...args]);

// One object a round: that the benchmark works, and nothing of how fast anything is.
describe('npm run bench -- ingest', () => {
  let result: Result;

  beforeAll(async () => {
    const { stdout } = await bench('ingest', '--quick', '--objects', '1', '--json');
    result = JSON.parse(stdout) as Result;
  }, 120_000);

  it('measures three functions at every size and latency', () => {
    const rows = result.rows.map(({ size, latencyMs, function: name }) => `${size} ${latencyMs} ms ${name}`);
    const expected = [0, 50].flatMap((latencyMs) =>
      ['10 KiB', '512 KiB', '50 MiB'].flatMap((size) =>
        ['worker', 'bare', 'samples'].map((name) => `${size} ${latencyMs} ms ${name}`),
      ),
    );
    expect(rows).toEqual(expected);
  });

  it('sees every object acknowledged and stored', () => {
    expect(result.failures).toEqual([]);
    expect(result.rows.map(({ failures }) => failures)).toEqual(result.rows.map(() => 0));
  });

  it('finds figures for everything it measures', () => {
    const figures = [
      ...result.rows.flatMap((row) => [row.instancesPerSecond, row.cpuMsPerInstance, row.peakMemoryBytes]),
      ...result.ratios.map(({ instancesPerSecond }) => instancesPerSecond),
      result.memory.small.peakMemoryBytes,
      result.memory.large.peakMemoryBytes,
    ];
    expect(figures.filter((value) => !(typeof value === 'number' && value > 0))).toEqual([]);
    expect(result.ratios).toHaveLength(12);
  });

  it('counts what each function asks of Google Cloud', () => {
    const of = (name: string) => result.rows.filter((row) => row.function === name);
    for (const { requestsPerInstance } of of('worker')) {
      expect(requestsPerInstance).toMatchObject({ get: 1, post: 1, publish: 1 });
    }
    for (const { requestsPerInstance } of [...of('bare'), ...of('samples')]) {
      expect(requestsPerInstance).toEqual({ get: 1, post: 1, publish: 0, state: 0 });
    }
  });
});

interface ScaleRow {
  readonly work: string;
  readonly size: number;
  readonly cpuMsPerInstance: number;
  readonly ownRequestsPerInstance: number;
  readonly requests: readonly { readonly kind: string; readonly isKept: boolean; readonly counted: number }[];
  readonly memoryMebibytes: Readonly<Record<'tenth' | 'half' | 'end' | 'peak', number>>;
}

describe('npm run bench -- scale', () => {
  let result: { readonly rows: readonly ScaleRow[]; readonly failures: readonly string[] };

  beforeAll(async () => {
    const { stdout } = await bench('scale', '--quick', '--objects', '600', '--json');
    result = JSON.parse(stdout) as typeof result;
  }, 240_000);

  it('measures three works at growing sizes', () => {
    expect(result.rows.map(({ work, size }) => `${work} ${size}`)).toEqual([
      'ingest 600',
      'ingest 1200',
      'export 600',
      'export 1200',
      'cleanup plan 600',
      'cleanup plan 1200',
    ]);
  });

  it('counts as many requests of each kind as the size calls for', () => {
    expect(result.failures).toEqual([]);
    expect(result.rows.flatMap(({ requests }) => requests.filter(({ isKept }) => !isKept))).toEqual([]);
    expect(result.rows.map((row) => row.ownRequestsPerInstance)).toEqual([3, 3, 1, 1, 0, 0]);
  });

  it('finds figures for everything it measures', () => {
    const figures = result.rows.flatMap((row) => [
      row.cpuMsPerInstance,
      ...Object.values(row.memoryMebibytes),
    ]);
    expect(figures.filter((value) => !(typeof value === 'number' && value > 0))).toEqual([]);
  });
});

describe('npm run bench', () => {
  it('refuses a name it does not know, and says which there are', async () => {
    const failure = await bench('nothing').catch(
      (error: unknown) => error as { code: number; stderr: string },
    );
    expect(failure).toMatchObject({ code: 2, stderr: expect.stringContaining('ingest, export, cold-start') });
  });
});
