import { watch, type FSWatcher } from 'chokidar';
import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fingerprintOf } from './fingerprint.ts';
import { isIgnored, objectNameOf } from './object-name.ts';
import { sweepRepeatedly } from './sweep.ts';
import type { Upload } from './upload-file.ts';
import { UploadLedger } from './upload-ledger.ts';
import { UploadQueue } from './upload-queue.ts';

export interface DropFolderOptions {
  /** Absolute; made when there is none. */
  readonly directory: string;
  /** Where it is remembered what has been uploaded. */
  readonly ledgerPath: string;
  readonly upload: Upload;
  /** What a person should know, e.g. that a file could not be read. */
  readonly onProblem: (text: string) => void;
  readonly parallelUploads?: number;
  /** A file counts as finished when its size has not changed for this long. @default 400 */
  readonly settledAfterMs?: number;
  /** Between two looks at the whole folder for what was not notified. @default 10,000 */
  readonly sweepIntervalMs?: number;
  readonly retryDelayMs?: (failures: number) => number;
}

export interface DropFolder {
  /** Stops watching, and gives up uploads that are under way: they are made again at the next start. */
  close(): Promise<void>;
}

/**
 * Uploads what is put into a folder, each content of each file once.
 *
 * Folders count with everything in them. Hidden and unfinished files are left alone, symbolic links are not
 * followed, and what was uploaded in an earlier run is not uploaded again.
 */
export async function watchDropFolder(options: DropFolderOptions): Promise<DropFolder> {
  const { directory, onProblem } = options;
  mkdirSync(directory, { recursive: true });
  const ledger = new UploadLedger(options.ledgerPath);
  await forgetMissing(ledger, directory);
  const uploads = new UploadQueue({ ...options, ledger });
  const watcher = watchFiles(options);
  watcher
    .on('add', (path) => uploads.consider(relative(directory, path)))
    .on('change', (path) => uploads.consider(relative(directory, path)))
    .on('unlink', (path) => ledger.forget(objectNameOf(relative(directory, path))))
    .on('error', (error) => onProblem(explainWatchError(error as NodeJS.ErrnoException)));
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
  const stopping = new AbortController();
  const sweeping = sweepRepeatedly({
    directory,
    intervalMs: options.sweepIntervalMs ?? 10_000,
    onSettled: (path, fingerprint) => {
      if (!ledger.has(objectNameOf(path), fingerprint) && !uploads.isPending(path)) uploads.consider(path);
    },
    onProblem: (error) => onProblem(`The drop folder could not be looked through: ${String(error)}`),
    signal: stopping.signal,
  });
  return {
    async close() {
      stopping.abort();
      await watcher.close();
      await Promise.all([sweeping, uploads.close()]);
    },
  };
}

function watchFiles({ directory, settledAfterMs = 400 }: DropFolderOptions): FSWatcher {
  return watch(directory, {
    ignored: (path) => isIgnored(relative(directory, path)),
    followSymlinks: false,
    awaitWriteFinish: { stabilityThreshold: settledAfterMs, pollInterval: Math.min(100, settledAfterMs / 2) },
  });
}

/** A file that was removed while nobody watched may come back, and is then new. */
async function forgetMissing(ledger: UploadLedger, directory: string): Promise<void> {
  for (const name of ledger.names) {
    if ((await fingerprintOf(join(directory, name))) === undefined) ledger.forget(name);
  }
}

function explainWatchError(error: NodeJS.ErrnoException): string {
  if (error.code !== 'ENOSPC') return `The drop folder cannot be watched fully: ${error.message}`;
  return (
    'The drop folder holds more files than this machine lets a process watch; new ones are still found, but later. ' +
    'To have them found at once, raise the limit (sysctl fs.inotify.max_user_watches) or empty the folder.'
  );
}
