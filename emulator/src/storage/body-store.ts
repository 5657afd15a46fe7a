import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BodyWriter } from './body-writer.ts';
import type { Checksums } from './checksums.ts';

/** A body that is complete on disk. It is never changed afterwards. */
export interface StoredBody extends Checksums {
  readonly id: string;
  readonly sizeBytes: number;
}

/**
 * The bytes of objects: one file a body, named by a random id, so that no object name is ever a file path.
 *
 * A body belongs to at most one object generation; a copy is a hard link under an id of its own, so deleting
 * one never touches the other. What must happen in one turn with a change of the catalog is synchronous.
 */
export class BodyStore {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
  }

  /** An id under which a body can be written. */
  newId(): string {
    return randomBytes(16).toString('hex');
  }

  create(id: string): Promise<BodyWriter> {
    return BodyWriter.create(this.#path(id));
  }

  resume(id: string): Promise<BodyWriter> {
    return BodyWriter.resume(this.#path(id));
  }

  /**
   * Writes everything that `source` yields.
   *
   * @throws what `source` throws; then nothing is left on disk.
   */
  async receive(source: AsyncIterable<Uint8Array>): Promise<StoredBody> {
    const id = this.newId();
    const writer = await this.create(id);
    try {
      for await (const chunk of source) await writer.write(chunk);
    } catch (error) {
      await writer.suspend();
      this.remove(id);
      throw error;
    }
    return { id, ...(await writer.finish()) };
  }

  /** The same bytes under another id, at once and without copying. */
  link(id: string): string {
    const copy = this.newId();
    linkSync(this.#path(id), this.#path(copy));
    return copy;
  }

  /** A file descriptor, which stays readable after the body has been removed. The caller closes it. */
  open(id: string): number {
    return openSync(this.#path(id), 'r');
  }

  remove(id: string): void {
    rmSync(this.#path(id), { force: true });
  }

  /** Ids of all bodies on disk, those of broken-off uploads included. */
  async ids(): Promise<readonly string[]> {
    return await readdir(this.#directory);
  }

  #path(id: string): string {
    return join(this.#directory, id);
  }
}
