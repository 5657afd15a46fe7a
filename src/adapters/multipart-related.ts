import { MalformedAnswerError } from '../domain/errors.ts';

const CRLF = Buffer.from('\r\n');
const HEADERS_END = Buffer.from('\r\n\r\n');
const CLOSE = Buffer.from('--');
const LONGEST_PART_HEADERS_BYTES = 16 * 1024;

/**
 * The contents of the parts of a `multipart/related` answer (RFC 2046 section 5.1.1), one after the other, as they arrive.
 *
 * Holds one block and, between blocks, fewer bytes than a boundary has. What is left of a part is read away when the next one is
 * asked for.
 *
 * @throws MalformedAnswerError while iterating, when the last boundary is missing: a part that merely stops is not an
 *   instance. Errors of the body itself are thrown as they are.
 */
export function readParts(
  body: AsyncIterable<Buffer>,
  contentType: string,
): AsyncIterable<AsyncIterable<Buffer>> {
  const blocks = body[Symbol.asyncIterator]();
  return closing(partsOf(new Window(blocks), contentType), blocks);
}

/**
 * The content of the one part of a `multipart/related` answer, as it arrives.
 *
 * @throws MalformedAnswerError while iterating, when there is not exactly one part, or as {@link readParts}.
 */
export function readSinglePart(body: AsyncIterable<Buffer>, contentType: string): AsyncIterable<Buffer> {
  const blocks = body[Symbol.asyncIterator]();
  return closing(onlyPart(partsOf(new Window(blocks), contentType)), blocks);
}

/** Closes the body also where nothing has been asked for yet: a generator that has not begun to run cannot. */
function closing<T>(values: AsyncGenerator<T, void>, blocks: AsyncIterator<Buffer>): AsyncIterable<T> {
  const iterator: AsyncIterator<T> = {
    next: () => values.next(),
    async return() {
      await values.return();
      await blocks.return?.();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

async function* onlyPart(parts: AsyncGenerator<AsyncGenerator<Buffer>, void>): AsyncGenerator<Buffer, void> {
  try {
    const first = await parts.next();
    if (first.done === true) throw malformed('there is no part');
    yield* first.value;
    if ((await parts.next()).done !== true) throw malformed('there is more than one part');
  } finally {
    await parts.return();
  }
}

async function* partsOf(window: Window, contentType: string): AsyncGenerator<AsyncGenerator<Buffer>, void> {
  try {
    const delimiter = Buffer.from(`\r\n--${boundaryOf(contentType)}`);
    // The first boundary may stand at the very beginning, without a line break before it.
    window.prepend(CRLF);
    await readThrough(window.until(delimiter));
    while (!(await window.startsWith(CLOSE))) {
      await window.skipPast(HEADERS_END, LONGEST_PART_HEADERS_BYTES);
      const reading = { isOver: false };
      yield readPart(window, delimiter, reading);
      // What the caller has left of it.
      if (!reading.isOver) await readThrough(window.until(delimiter));
    }
    await window.drain();
  } finally {
    await window.close();
  }
}

async function* readPart(
  window: Window,
  delimiter: Buffer,
  reading: { isOver: boolean },
): AsyncGenerator<Buffer> {
  yield* window.until(delimiter);
  reading.isOver = true;
}

/** The bytes at hand of a body that is read from its beginning to its end. */
class Window {
  readonly #blocks: AsyncIterator<Buffer>;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(blocks: AsyncIterator<Buffer>) {
    this.#blocks = blocks;
  }

  prepend(bytes: Buffer): void {
    this.#bytes = Buffer.concat([bytes, this.#bytes]);
  }

  /** Everything before the delimiter, which is taken away. */
  async *until(delimiter: Buffer): AsyncGenerator<Buffer> {
    for (;;) {
      const at = this.#bytes.indexOf(delimiter);
      const end = at === -1 ? this.#bytes.length - delimiter.length + 1 : at;
      if (end > 0) yield this.#take(end);
      if (at !== -1) {
        this.#take(delimiter.length);
        return;
      }
      await this.#more();
    }
  }

  async startsWith(prefix: Buffer): Promise<boolean> {
    while (this.#bytes.length < prefix.length) await this.#more();
    return this.#bytes.subarray(0, prefix.length).equals(prefix);
  }

  async skipPast(mark: Buffer, mostBytes: number): Promise<void> {
    for (;;) {
      const at = this.#bytes.indexOf(mark);
      if (at !== -1) {
        this.#take(at + mark.length);
        return;
      }
      if (this.#bytes.length > mostBytes) throw malformed('the headers of the part are too long');
      await this.#more();
    }
  }

  /** Reads what is left away, so that the connection can be used again. */
  async drain(): Promise<void> {
    while ((await this.#blocks.next()).done !== true);
  }

  async close(): Promise<void> {
    await this.#blocks.return?.();
  }

  #take(length: number): Buffer {
    const taken = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return taken;
  }

  async #more(): Promise<void> {
    const next = await this.#blocks.next();
    if (next.done === true) throw malformed('it ends before its last boundary');
    this.#bytes = this.#bytes.length === 0 ? next.value : Buffer.concat([this.#bytes, next.value]);
  }
}

async function readThrough(blocks: AsyncGenerator<Buffer>): Promise<void> {
  while ((await blocks.next()).done !== true);
}

function boundaryOf(contentType: string): string {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw malformed('the content type names no boundary');
  return boundary;
}

function malformed(problem: string): MalformedAnswerError {
  return new MalformedAnswerError(`retrieve: the multipart answer is not whole: ${problem}`, {
    details: { call: 'retrieve instance' },
  });
}
