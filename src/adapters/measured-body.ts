import { MalformedAnswerError } from '../domain/errors.ts';
import type { Crc32c } from '../ports/checksum.ts';

/** A body that is taken piece by piece, while its length and checksum are measured. */
export class MeasuredBody {
  readonly #blocks: AsyncIterator<Buffer>;
  readonly #crc32c: Crc32c;
  /** Arrived, and not taken yet. */
  #ahead: Buffer[] = [];
  #aheadBytes = 0;
  #isEnded = false;
  #takenBytes = 0;
  #checksum = 0;

  constructor(body: AsyncIterable<Buffer>, crc32c: Crc32c) {
    this.#blocks = body[Symbol.asyncIterator]();
    this.#crc32c = crc32c;
  }

  /** Of what has been taken. */
  get sizeBytes(): number {
    return this.#takenBytes;
  }

  /** CRC32C of what has been taken. */
  get crc32c(): number {
    return this.#checksum;
  }

  /** Reads ahead until more than so many bytes have arrived. @returns whether the body is no longer than that. */
  async isWithin(sizeBytes: number): Promise<boolean> {
    while (this.#aheadBytes <= sizeBytes && !this.#isEnded) await this.#read();
    return this.#aheadBytes <= sizeBytes;
  }

  /** Takes so many bytes, which have arrived. */
  takeAhead(sizeBytes = this.#aheadBytes): readonly Buffer[] {
    const taken: Buffer[] = [];
    for (let wanted = sizeBytes; wanted > 0;) {
      const block = this.#take(wanted);
      wanted -= block.length;
      taken.push(block);
    }
    return taken;
  }

  /**
   * Takes exactly so many bytes, as they arrive.
   *
   * @throws MalformedAnswerError while iterating, when the body ends before.
   */
  async *take(sizeBytes: number): AsyncGenerator<Buffer> {
    for (let wanted = sizeBytes; wanted > 0;) {
      while (this.#aheadBytes === 0 && !this.#isEnded) await this.#read();
      if (this.#aheadBytes === 0) throw wrongLength('shorter');
      const block = this.#take(wanted);
      wanted -= block.length;
      yield block;
    }
  }

  /** @throws MalformedAnswerError when there is more, or what the body itself throws at its end. */
  async end(): Promise<void> {
    if (!(await this.isWithin(0))) throw wrongLength('longer');
  }

  /** Closes the body, unless it has ended by itself. */
  async close(): Promise<void> {
    await this.#blocks.return?.();
  }

  async #read(): Promise<void> {
    const next = await this.#blocks.next();
    if (next.done === true) {
      this.#isEnded = true;
      return;
    }
    if (next.value.length === 0) return;
    this.#ahead.push(next.value);
    this.#aheadBytes += next.value.length;
  }

  /** What is left of the first block, but no more than that. */
  #take(mostBytes: number): Buffer {
    const [block = Buffer.alloc(0)] = this.#ahead;
    const taken = block.subarray(0, mostBytes);
    if (taken.length === block.length) this.#ahead.shift();
    else this.#ahead[0] = block.subarray(taken.length);
    this.#aheadBytes -= taken.length;
    this.#takenBytes += taken.length;
    this.#checksum = this.#crc32c(taken, this.#checksum);
    return taken;
  }
}

function wrongLength(word: string): MalformedAnswerError {
  return new MalformedAnswerError(`The body is ${word} than it was said to be.`, {
    details: { call: 'write object' },
  });
}
