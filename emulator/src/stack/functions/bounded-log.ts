import { closeSync, existsSync, openSync, renameSync, statSync, writeSync } from 'node:fs';

/**
 * A log file that never grows past its bound.
 *
 * When it is full it is renamed to `<path>.1`, in place of the one before, so the last lines are always kept
 * and the two files together hold at most twice the bound.
 */
export class BoundedLog {
  readonly #path: string;
  readonly #limitBytes: number;
  #file: number;
  #sizeBytes: number;

  constructor(path: string, limitBytes = 10 * 1024 * 1024) {
    this.#path = path;
    this.#limitBytes = limitBytes;
    this.#sizeBytes = existsSync(path) ? statSync(path).size : 0;
    this.#file = openSync(path, 'a');
    if (this.#sizeBytes >= limitBytes) this.#startAnew();
  }

  append(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    if (this.#sizeBytes > 0 && this.#sizeBytes + bytes.length > this.#limitBytes) this.#startAnew();
    writeSync(this.#file, bytes);
    this.#sizeBytes += bytes.length;
  }

  close(): void {
    closeSync(this.#file);
  }

  #startAnew(): void {
    closeSync(this.#file);
    renameSync(this.#path, `${this.#path}.1`);
    this.#file = openSync(this.#path, 'a');
    this.#sizeBytes = 0;
  }
}
