import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sweepRepeatedly } from '../../src/stack/drop/sweep.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sweep-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Sweeps until `isDone`, and returns the paths that had settled. */
async function sweepUntil(isDone: (settled: readonly string[]) => boolean): Promise<string[]> {
  const stopping = new AbortController();
  const settled: string[] = [];
  await sweepRepeatedly({
    directory,
    intervalMs: 5,
    onSettled: (path) => {
      settled.push(path);
      if (isDone(settled)) stopping.abort();
    },
    onProblem: (error) => {
      throw error;
    },
    signal: stopping.signal,
  });
  return settled;
}

describe('the sweep of a drop folder', () => {
  it('finds files in every folder, and neither hidden ones nor links', async () => {
    mkdirSync(join(directory, 'a', 'b'), { recursive: true });
    writeFileSync(join(directory, 'a', 'b', 'deep.dcm'), 'x');
    writeFileSync(join(directory, 'top.dcm'), 'x');
    writeFileSync(join(directory, '.hidden'), 'x');
    symlinkSync(join(directory, 'top.dcm'), join(directory, 'link.dcm'));
    const settled = await sweepUntil((paths) => paths.length >= 4);
    expect(new Set(settled)).toEqual(new Set(['top.dcm', join('a', 'b', 'deep.dcm')]));
  });

  it('passes over a file as long as it changes', async () => {
    const growing = join(directory, 'growing.dcm');
    writeFileSync(growing, 'x');
    writeFileSync(join(directory, 'still.dcm'), 'x');
    // Due before the pause between two sweeps is over, so no two of them see the same file.
    const grower = setInterval(() => appendFileSync(growing, 'x'), 1);
    const settled = await sweepUntil((paths) => paths.length >= 3);
    clearInterval(grower);
    expect(settled).toEqual(['still.dcm', 'still.dcm', 'still.dcm']);
  });
});
