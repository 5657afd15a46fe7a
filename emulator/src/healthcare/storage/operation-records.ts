import { randomInt } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile, writeJson } from './json-file.ts';
import { KeyedLock } from './keyed-lock.ts';
import type { OperationRecord } from './operation-record.ts';

/** The operations of one dataset, each a JSON file, all of them in memory too. */
export class OperationRecords {
  readonly #directory: string;
  readonly #dataset: string;
  readonly #byName = new Map<string, OperationRecord>();
  readonly #locks = new KeyedLock();

  private constructor(directory: string, dataset: string) {
    this.#directory = directory;
    this.#dataset = dataset;
  }

  /** @param dataset the full name of the dataset. */
  static async open(directory: string, dataset: string): Promise<OperationRecords> {
    const records = new OperationRecords(directory, dataset);
    await mkdir(directory, { recursive: true });
    for (const file of await readdir(directory)) {
      if (!file.endsWith('.json')) continue;
      const record = (await readJsonFile(join(directory, file))) as OperationRecord;
      records.#byName.set(record.name, record);
    }
    return records;
  }

  /** A name that no operation has. Its number says nothing about when it was given. */
  newName(): string {
    for (;;) {
      const name = `${this.#dataset}/operations/${randomInt(1, 2 ** 47)}`;
      if (!this.#byName.has(name)) return name;
    }
  }

  get(name: string): OperationRecord | undefined {
    return this.#byName.get(name);
  }

  values(): OperationRecord[] {
    return [...this.#byName.values()];
  }

  /** Keeps a new record. It is seen when it is on disk. */
  async add(record: OperationRecord): Promise<void> {
    await this.#locks.run(record.name, () => this.#write(record));
  }

  /** Sets fields of a record, and leaves the others. Does nothing when there is no such record any more. */
  async update(name: string, fields: Pick<OperationRecord, 'isCancelRequested' | 'end'>): Promise<void> {
    await this.#locks.run(name, async () => {
      const record = this.#byName.get(name);
      if (record !== undefined) await this.#write({ ...record, ...fields });
    });
  }

  /** Forgets the operations that ended before a time. */
  async expire(endedBeforeMs: number): Promise<void> {
    for (const { name, end } of this.values()) {
      if (end === undefined || Date.parse(end.endTime) >= endedBeforeMs) continue;
      this.#byName.delete(name);
      await rm(this.#pathOf(name), { force: true });
    }
  }

  async #write(record: OperationRecord): Promise<void> {
    await writeJson(this.#pathOf(record.name), record);
    this.#byName.set(record.name, record);
  }

  #pathOf(name: string): string {
    return join(this.#directory, `${name.slice(name.lastIndexOf('/') + 1)}.json`);
  }
}
