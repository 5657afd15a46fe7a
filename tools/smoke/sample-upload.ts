import { createHash } from 'node:crypto';
import { makeStudy, studyUidOf } from '../../emulator/src/sample/study.ts';

/** A synthetic study, as it is going to be uploaded. */
export interface SampleUpload {
  readonly studyUid: string;
  /** Object name to bytes. */
  readonly objects: ReadonlyMap<string, Buffer>;
  /** The SHA-256 of each instance, sorted. */
  readonly hashes: readonly string[];
}

/** @param seed makes the UIDs: another one, another study. */
export function makeSampleUpload(seed: string, prefix: string, imagesPerSeries: number): SampleUpload {
  const madeAt = new Date(Date.now());
  const objects = new Map<string, Buffer>();
  for (const { path, content } of makeStudy({ seed, imagesPerSeries, madeAt })) {
    objects.set(`${prefix}${path}`, content);
  }
  return { studyUid: studyUidOf(seed), objects, hashes: [...objects.values()].map(hashOf).sort() };
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** @throws Error that says how many instances are missing, and how many nobody has uploaded. */
export function compareWithUpload({ hashes }: SampleUpload, found: readonly Buffer[]): void {
  const foundHashes = found.map(hashOf);
  const missing = hashes.filter((hash) => !foundHashes.includes(hash)).length;
  const strange = foundHashes.filter((hash) => !hashes.includes(hash)).length;
  if (missing === 0 && strange === 0 && foundHashes.length === hashes.length) return;
  throw new Error(
    `${foundHashes.length} for ${hashes.length} instances: ${missing} are missing, ${strange} have other bytes`,
  );
}
