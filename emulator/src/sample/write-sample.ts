import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SampleFile } from './study.ts';

/**
 * Writes files below a directory, each under a hidden name first and then by rename, so that nobody who watches
 * the directory sees half of one.
 *
 * @returns how many there were.
 */
export function writeSample(directory: string, files: Iterable<SampleFile>): number {
  let count = 0;
  for (const { path, content } of files) {
    const target = join(directory, path);
    const temporary = join(dirname(target), `.writing-${count}.part`);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(temporary, content);
    renameSync(temporary, target);
    count += 1;
  }
  return count;
}
