import { createReadStream } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { RunningChecksums, type Checksums } from './checksums.ts';

/**
 * Appends to one body file and keeps its checksums.
 *
 * Each chunk is on its way to the disk before the next is taken, so whoever feeds it from a socket slows
 * the sender down instead of filling the memory.
 */
export class BodyWriter {
  readonly #path: string;
  #file: FileHandle | undefined;
  #checksums = new RunningChecksums();
  #sizeBytes = 0;

  private constructor(path: string) {
    this.#path = path;
  }

  /** A new body. @throws when the file exists. */
  static async create(path: string): Promise<BodyWriter> {
    const writer = new BodyWriter(path);
    writer.#file = await open(path, 'wx');
    return writer;
  }

  /** Goes on with a body that an earlier process has begun. */
  static async resume(path: string): Promise<BodyWriter> {
    const writer = new BodyWriter(path);
    writer.#sizeBytes = (await stat(path)).size;
    await writer.#readAgain();
    return writer;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  async write(chunk: Uint8Array): Promise<void> {
    const file = await this.#open();
    let offset = 0;
    while (offset < chunk.length) {
      const position = this.#sizeBytes + offset;
      const { bytesWritten } = await file.write(chunk, offset, chunk.length - offset, position);
      offset += bytesWritten;
    }
    this.#checksums.update(chunk);
    this.#sizeBytes += chunk.length;
  }

  /** Drops what lies behind the first `sizeBytes`. */
  async truncate(sizeBytes: number): Promise<void> {
    if (sizeBytes >= this.#sizeBytes) return;
    await (await this.#open()).truncate(sizeBytes);
    this.#sizeBytes = sizeBytes;
    await this.#readAgain();
  }

  /** Lets go of the file until the next write: a client may take days over its upload, or never come again. */
  async suspend(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  /** Ends the body. */
  async finish(): Promise<Checksums & { readonly sizeBytes: number }> {
    await this.suspend();
    return { ...this.#checksums.digest(), sizeBytes: this.#sizeBytes };
  }

  async #open(): Promise<FileHandle> {
    this.#file ??= await open(this.#path, 'r+');
    return this.#file;
  }

  /** A running MD5 cannot be stored or turned back, so the checksums are made again from the bytes. */
  async #readAgain(): Promise<void> {
    this.#checksums = new RunningChecksums();
    if (this.#sizeBytes === 0) return;
    for await (const chunk of createReadStream(this.#path, { end: this.#sizeBytes - 1 })) {
      this.#checksums.update(chunk as Buffer);
    }
  }
}
