import { join } from 'node:path';
import { fingerprintOf } from './fingerprint.ts';
import { objectNameOf, whyNotAnObjectName } from './object-name.ts';
import { FileChangedError, type Upload } from './upload-file.ts';
import type { UploadLedger } from './upload-ledger.ts';

export interface UploadQueueOptions {
  readonly directory: string;
  readonly ledger: UploadLedger;
  readonly upload: Upload;
  readonly onProblem: (text: string) => void;
  /** @default 4 */
  readonly parallelUploads?: number;
  /** Before the nth attempt at a file after a failure. @default 0.5 s, doubling up to 30 s */
  readonly retryDelayMs?: (failures: number) => number;
}

/** The files that wait for their upload, of which a few run at a time. */
export class UploadQueue {
  readonly #options: UploadQueueOptions;
  readonly #stopping = new AbortController();
  /** In the order in which they came. */
  readonly #waiting = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #failures = new Map<string, number>();
  readonly #retries = new Map<string, NodeJS.Timeout>();
  /** What has been said to be impossible, so that it is said once. */
  readonly #refused = new Set<string>();

  constructor(options: UploadQueueOptions) {
    this.#options = options;
  }

  /** Uploads the file, unless it waits already or this content of it has been uploaded. */
  consider(relativePath: string): void {
    clearTimeout(this.#retries.get(relativePath));
    this.#retries.delete(relativePath);
    this.#waiting.add(relativePath);
    this.#fill();
  }

  /** Whether it is in the queue, or to be tried again after a failure. */
  isPending(relativePath: string): boolean {
    return [this.#waiting, this.#running, this.#retries].some((paths) => paths.has(relativePath));
  }

  /** Gives up what is under way. */
  async close(): Promise<void> {
    this.#stopping.abort();
    for (const retry of this.#retries.values()) clearTimeout(retry);
    await Promise.all(this.#running.values());
  }

  #fill(): void {
    const { parallelUploads = 4 } = this.#options;
    for (const path of this.#waiting) {
      if (this.#running.size >= parallelUploads || this.#stopping.signal.aborted) return;
      // It changed while it is being uploaded: its turn comes when that upload has ended.
      if (this.#running.has(path)) continue;
      this.#waiting.delete(path);
      const run = this.#process(path).finally(() => {
        this.#running.delete(path);
        this.#fill();
      });
      this.#running.set(path, run);
    }
  }

  async #process(relativePath: string): Promise<void> {
    const { directory, ledger, upload } = this.#options;
    const path = join(directory, relativePath);
    const objectName = objectNameOf(relativePath);
    try {
      const found = await fingerprintOf(path);
      if (found === undefined || ledger.has(objectName, found)) return;
      const obstacle = whyNotAnObjectName(objectName);
      if (obstacle !== undefined) {
        this.#refuse(objectName, obstacle);
        return;
      }
      await upload(path, objectName, found, this.#stopping.signal);
      ledger.remember(objectName, found);
      this.#failures.delete(relativePath);
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#retryLater(relativePath, error);
    }
  }

  #refuse(objectName: string, obstacle: string): void {
    if (this.#refused.has(objectName)) return;
    this.#refused.add(objectName);
    this.#options.onProblem(`${JSON.stringify(objectName)} is not uploaded: ${obstacle}.`);
  }

  #retryLater(relativePath: string, error: unknown): void {
    const { retryDelayMs = defaultRetryDelayMs, onProblem } = this.#options;
    const failures = (this.#failures.get(relativePath) ?? 0) + 1;
    this.#failures.set(relativePath, failures);
    const delayMs = retryDelayMs(failures);
    // A file that is still being copied is nothing to tell of.
    if (!(error instanceof FileChangedError)) {
      const why = error instanceof Error ? error.message : String(error);
      onProblem(`${relativePath} is not uploaded yet (${why}); next try in ${delayMs / 1000} s.`);
    }
    this.#retries.set(
      relativePath,
      setTimeout(() => this.consider(relativePath), delayMs),
    );
  }
}

function defaultRetryDelayMs(failures: number): number {
  return Math.min(30_000, 500 * 2 ** (failures - 1));
}
