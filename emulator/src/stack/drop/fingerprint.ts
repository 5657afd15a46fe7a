import { lstat } from 'node:fs/promises';

/** What tells one content of a file from the next without reading it. */
export interface Fingerprint {
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** Undefined when there is no regular file: it has gone, or it is a folder or a symbolic link. */
export async function fingerprintOf(path: string): Promise<Fingerprint | undefined> {
  try {
    const stats = await lstat(path);
    return stats.isFile() ? { sizeBytes: stats.size, modifiedMs: stats.mtimeMs } : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
