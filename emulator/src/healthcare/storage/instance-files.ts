import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { InstanceRecord } from './instance-record.ts';

/**
 * The files of one store: for each instance its bytes (`.dcm`) and its record (`.json`), in 256 directories.
 *
 * An instance is there once its record is, which is renamed into place last; whatever else is found after the
 * process was killed is removed at the next start.
 */
export class InstanceFiles {
  readonly #instances: string;
  readonly #incoming: string;
  readonly #made = new Set<string>();

  constructor(directory: string) {
    this.#instances = join(directory, 'instances');
    this.#incoming = join(directory, 'incoming');
  }

  /** Makes the directories, and removes what unfinished requests left behind. */
  async prepare(): Promise<void> {
    await rm(this.#incoming, { recursive: true, force: true });
    await mkdir(this.#incoming, { recursive: true });
    await mkdir(this.#instances, { recursive: true });
  }

  /** A path for a body on its way in, which {@link commit} or its caller has to remove. */
  newSpoolPath(): string {
    return join(this.#incoming, `${randomUUID()}.part`);
  }

  bodyPath(fileId: string): string {
    return join(this.#directoryOf(fileId), `${fileId}.dcm`);
  }

  /** Moves a body into place, together with its record. */
  async commit(spoolPath: string, fileId: string, record: InstanceRecord): Promise<void> {
    const directory = this.#directoryOf(fileId);
    if (!this.#made.has(directory)) {
      await mkdir(directory, { recursive: true });
      this.#made.add(directory);
    }
    const recordSpool = `${spoolPath}.json`;
    await writeFile(recordSpool, JSON.stringify(record));
    await rename(spoolPath, this.bodyPath(fileId));
    await rename(recordSpool, join(directory, `${fileId}.json`));
  }

  /** Removes an instance. Its record goes first, so that one cut short leaves a body that the next start removes. */
  async remove(fileId: string): Promise<void> {
    // What is gone already, with its store, needs no removal.
    await rm(join(this.#directoryOf(fileId), `${fileId}.json`), { force: true });
    await rm(this.bodyPath(fileId), { force: true });
  }

  /** Hands over every record. Bodies without one are removed. */
  async load(receive: (record: InstanceRecord) => void): Promise<void> {
    for (const name of await readdir(this.#instances)) {
      const directory = join(this.#instances, name);
      // Synchronous reads are several times faster for many small files; the pause lets others run in between.
      const files = new Set(readdirSync(directory));
      for (const file of files) {
        const path = join(directory, file);
        if (file.endsWith('.json')) receive(JSON.parse(readFileSync(path, 'utf8')) as InstanceRecord);
        else if (!files.has(file.replace(/\.dcm$/, '.json'))) await rm(path);
      }
      await setImmediate();
    }
  }

  #directoryOf(fileId: string): string {
    return join(this.#instances, fileId.slice(0, 2));
  }
}
