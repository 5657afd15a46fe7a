import { MalformedAnswerError, RequestRefusedError } from '../domain/errors.ts';

/** Without the line feed at its end. */
export const LONGEST_LINE_BYTES = 16 * 1024 * 1024;

/** Lines are short; a request is faster when it does not carry each in a block of its own. */
const BLOCK_BYTES = 64 * 1024;

const LINE_FEED = 0x0a;

/**
 * Values as lines of JSON, gathered to blocks.
 *
 * @throws RequestRefusedError while iterating, for a line that nobody could read again, because it is too long.
 */
export async function* formatJsonLines(
  lines: Iterable<unknown> | AsyncIterable<unknown>,
  call: string,
): AsyncGenerator<Buffer> {
  let gathered: Buffer[] = [];
  let size = 0;
  for await (const value of lines) {
    const line = Buffer.from(`${JSON.stringify(value)}\n`);
    if (line.length - 1 > LONGEST_LINE_BYTES) {
      const message = `${call}: a line is longer than ${LONGEST_LINE_BYTES} bytes`;
      throw new RequestRefusedError(message, { details: { call } });
    }
    gathered.push(line);
    size += line.length;
    if (size < BLOCK_BYTES) continue;
    yield Buffer.concat(gathered);
    gathered = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(gathered);
}

/**
 * The values of lines of JSON, as they arrive. The last line need not have an end.
 *
 * Bytes are cut, not characters: a block may end within one.
 *
 * @throws MalformedAnswerError while iterating, for a line that is not JSON or too long.
 */
export async function* parseJsonLines(body: AsyncIterable<Buffer>, call: string): AsyncGenerator {
  const line = new GrowingLine(call);
  for await (const block of body) {
    let start = 0;
    for (let end = block.indexOf(LINE_FEED); end !== -1; end = block.indexOf(LINE_FEED, start)) {
      line.add(block.subarray(start, end));
      yield line.take();
      start = end + 1;
    }
    line.add(block.subarray(start));
  }
  if (!line.isEmpty) yield line.take();
}

/** A line of which not all may have arrived. */
class GrowingLine {
  readonly #call: string;
  #parts: Buffer[] = [];
  #size = 0;

  constructor(call: string) {
    this.#call = call;
  }

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  add(part: Buffer): void {
    this.#size += part.length;
    if (this.#size > LONGEST_LINE_BYTES) throw this.#malformed('is too long');
    if (part.length > 0) this.#parts.push(part);
  }

  take(): unknown {
    const text = Buffer.concat(this.#parts).toString('utf8');
    this.#parts = [];
    this.#size = 0;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      // Not with its cause, which repeats a part of the line.
      throw this.#malformed('is not JSON');
    }
  }

  #malformed(what: string): MalformedAnswerError {
    return new MalformedAnswerError(`${this.#call}: a line ${what}`, { details: { call: this.#call } });
  }
}
