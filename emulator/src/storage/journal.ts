import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  writeSync,
} from 'node:fs';

const WRITE_BUFFER_CHARS = 1 << 16;
const NEWLINE = 0x0a;

/**
 * A file of changes, one JSON document a line, that is only ever appended to.
 *
 * A change is safe from the end of the process as soon as {@link append} returns, and it is there as a whole
 * or not at all: a last line without its newline is no change. The file is not synchronised to the medium at
 * every line, so a power failure may cost the last seconds; a local stand-in need not pay for more.
 */
export class Journal<Change> {
  #file: number | undefined;
  #sizeBytes: number;

  private constructor(file: number, sizeBytes: number) {
    this.#file = file;
    this.#sizeBytes = sizeBytes;
  }

  /**
   * Reads the changes of earlier runs, then rewrites the file with what `snapshot` yields, so that it is as
   * long as what is there and not as what has happened.
   *
   * @throws an error with the line number when a complete line cannot be read.
   */
  static async open<Change>(
    path: string,
    apply: (change: Change) => void,
    snapshot: () => Iterable<Change>,
  ): Promise<Journal<Change>> {
    if (existsSync(path)) await replay(path, (change) => apply(change as Change));
    const next = `${path}.next`;
    const journal = new Journal<Change>(openSync(next, 'w'), 0);
    journal.#appendAll(snapshot());
    renameSync(next, path);
    return journal;
  }

  /**
   * Synchronous, so that a check, the line and the change in memory are one turn that nothing can interleave.
   *
   * @throws the error of the file system; then the journal is as it was before.
   */
  append(change: Change): void {
    this.#write(`${JSON.stringify(change)}\n`);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #appendAll(changes: Iterable<Change>): void {
    let pending = '';
    for (const change of changes) {
      pending += `${JSON.stringify(change)}\n`;
      if (pending.length < WRITE_BUFFER_CHARS) continue;
      this.#write(pending);
      pending = '';
    }
    this.#write(pending);
    if (this.#file !== undefined) fsyncSync(this.#file);
  }

  #write(text: string): void {
    if (this.#file === undefined) throw new Error('The storage stand-in has been closed.');
    const bytes = Buffer.from(text);
    let written = 0;
    try {
      while (written < bytes.length) {
        written += writeSync(this.#file, bytes, written, bytes.length - written, this.#sizeBytes + written);
      }
    } catch (error) {
      // A full disk may have taken half a line, which must not become the beginning of the next one.
      ftruncateSync(this.#file, this.#sizeBytes);
      throw error;
    }
    this.#sizeBytes += bytes.length;
  }
}

async function replay(path: string, apply: (change: unknown) => void): Promise<void> {
  let number = 0;
  for await (const line of completeLines(path)) {
    number += 1;
    let change: unknown;
    try {
      change = JSON.parse(line);
    } catch (cause) {
      throw new Error(`${path} is damaged at line ${number}.`, { cause });
    }
    apply(change);
  }
}

/** Lines end at a newline only; node:readline would also end them at U+2028, which object names may contain. */
async function* completeLines(path: string): AsyncIterable<string> {
  let rest: Buffer[] = [];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      yield Buffer.concat([...rest, chunk.subarray(start, end)]).toString();
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
}
