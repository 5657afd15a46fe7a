import { describe, expect, it } from '@jest/globals';
import { FuzzFiles } from '../support/fuzz/fuzz-files.ts';
import { FuzzRound } from '../support/fuzz/fuzz-round.ts';

const MIB = 1024 * 1024;
const HOUR_MS = 3_600_000;
const IS_FULL = process.env['COURIER_TEST_FULL'] === '1';
/** A round has a process, a store and buckets of its own, so that many do not fill a disk. */
const ROUND_FILES = 5000;

/** A failure is repeated with the seed and the number that it names, and one file. */
const seed = process.env['COURIER_FUZZ_SEED'] ?? 'dicom-courier';
const first = Number(process.env['COURIER_FUZZ_FIRST'] ?? '0');
const count = Number(process.env['COURIER_FUZZ_FILES'] ?? (IS_FULL ? '1000000' : String(ROUND_FILES)));

/** With the header's 4 MiB several times over, for all that are handled at once. */
const BOUND_BYTES = 256 * MIB;

describe('ingest, given files that were tampered with', () => {
  const rounds = Array.from({ length: Math.ceil(count / ROUND_FILES) }, (_, index) => {
    const from = first + index * ROUND_FILES;
    return [from, Math.min(ROUND_FILES, first + count - from)] as const;
  });

  it.each(rounds)(
    'reports each of them once, stores it or sets it aside as it is, and takes little time and memory: from %i, %i files',
    async (from, files) => {
      const result = await FuzzRound.run(new FuzzFiles(seed).range(from, files));
      const { problems, outcomes, peakMemoryBytes, mostCpuMs } = result;
      const table = [...outcomes]
        .sort(([, a], [, b]) => b - a)
        .map(([outcome, times]) => `${times} ${outcome}`);
      process.stderr.write(
        `fuzzing, seed ${seed}, from ${from}: ${Math.round(peakMemoryBytes / MIB)} MiB at most, ` +
          `${Math.round(mostCpuMs)} ms of CPU for the dearest; ${problems.length} problems; ${table.join(', ')}\n`,
      );
      expect(problems).toEqual([]);
      expect(peakMemoryBytes).toBeLessThan(BOUND_BYTES);
    },
    HOUR_MS,
  );
});
