import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { formatRecord, parseRecord, type JournalRecord } from './records.ts';
import { ReplayedState } from './replay.ts';

const FILE = 'journal.jsonl';
const HEADER = '{"format":"dicom-courier.pubsub.journal.v1"}';
/** Below this the journal is not worth rewriting; above, it is rewritten when it has tripled. */
const SMALL_BYTES = 16 * 1024 * 1024;
const WRITE_BYTES = 1024 * 1024;

/** Where changes are written before whoever asked for them is answered. */
export interface ChangeLog {
  /** Resolves when the record has been handed to the operating system, and so survives a kill -9. */
  append(record: JournalRecord): Promise<void>;
}

/** Keeps nothing: for a service whose state may end with the process. */
export const forgetfulLog: ChangeLog = { append: () => Promise.resolve() };

/**
 * The changes to topics, subscriptions and messages, one JSON line each, appended in the order they happened.
 *
 * A line that a kill cut short at the end of the file is ignored. The file is rewritten from the current state
 * at start and whenever it has tripled since.
 */
export class Journal implements ChangeLog {
  readonly #path: string;
  readonly #snapshot: () => Iterable<JournalRecord>;
  #file: FileHandle | undefined;
  #sizeBytes = 0;
  #compactAtBytes = 0;
  #lines: string[] = [];
  #batch = Promise.withResolvers<undefined>();
  #writing: Promise<void> | undefined;
  #failure: Error | undefined;

  private constructor(path: string, snapshot: () => Iterable<JournalRecord>) {
    this.#path = path;
    this.#snapshot = snapshot;
  }

  /**
   * Reads the journal of a directory, which is created when it is missing.
   *
   * @throws an error naming file and line when a line in the middle is damaged.
   */
  static async read(directory: string): Promise<ReplayedState> {
    await mkdir(directory, { recursive: true });
    await rm(join(directory, `${FILE}.new`), { force: true });
    const state = new ReplayedState();
    const path = join(directory, FILE);
    const existing = await open(path, 'a+');
    const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
    let number = 0;
    let damaged: Error | undefined;
    try {
      for await (const line of lines) {
        number += 1;
        if (damaged !== undefined) throw damaged;
        if (number === 1) {
          if (line !== HEADER) damaged = new Error(`${path} is not a journal of this version.`);
          continue;
        }
        try {
          state.apply(parseRecord(line));
        } catch (cause) {
          damaged = new Error(`${path} is damaged at line ${number}.`, { cause });
        }
      }
    } finally {
      await existing.close();
    }
    return state;
  }

  /** Starts writing, from a compact copy of the current state on. `snapshot` must not depend on later changes. */
  static async start(directory: string, snapshot: () => Iterable<JournalRecord>): Promise<Journal> {
    const journal = new Journal(join(directory, FILE), snapshot);
    await journal.#compact();
    return journal;
  }

  /** Rejects, for this and every later record, once the file can no longer be written. */
  append(record: JournalRecord): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#lines.push(formatRecord(record));
    const written = this.#batch.promise;
    this.#writing ??= this.#writeAll();
    return written;
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#file?.close();
    this.#file = undefined;
  }

  async #writeAll(): Promise<void> {
    // Lets the records of one tick go into one write.
    await Promise.resolve();
    while (this.#lines.length > 0) {
      const lines = this.#lines;
      const batch = this.#batch;
      this.#lines = [];
      this.#batch = Promise.withResolvers();
      try {
        // The state already holds what the lines say, so a new copy of it makes them superfluous.
        if (this.#sizeBytes > this.#compactAtBytes) await this.#compact();
        else await this.#write(this.#file, lines);
        batch.resolve(undefined);
      } catch (cause) {
        this.#failure = new Error(`The journal ${this.#path} cannot be written.`, { cause });
        batch.reject(this.#failure);
        this.#batch.reject(this.#failure);
        this.#batch.promise.catch(() => undefined);
        this.#lines = [];
      }
    }
    this.#writing = undefined;
  }

  async #compact(): Promise<void> {
    // Collected in one go: what changes while the copy is written is appended to it afterwards.
    const records = [...this.#snapshot()];
    const path = `${this.#path}.new`;
    const file = await open(path, 'w');
    this.#sizeBytes = 0;
    let lines = [HEADER];
    let bytes = 0;
    for (const record of records) {
      const line = formatRecord(record);
      lines.push(line);
      bytes += line.length;
      if (bytes < WRITE_BYTES) continue;
      await this.#write(file, lines);
      lines = [];
      bytes = 0;
    }
    await this.#write(file, lines);
    await file.sync();
    await rename(path, this.#path);
    await this.#file?.close();
    this.#file = file;
    this.#compactAtBytes = Math.max(SMALL_BYTES, this.#sizeBytes * 3);
  }

  async #write(file: FileHandle | undefined, lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return;
    if (file === undefined) throw new Error('The journal is closed.');
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    await file.appendFile(bytes);
    this.#sizeBytes += bytes.length;
  }
}
