import type { Crc32c } from '../../ports/checksum.ts';

/** Length and CRC32C of a sequence of bytes. */
export interface Digest {
  readonly sizeBytes: number;
  readonly crc32c: number;
}

export interface Comparison {
  readonly isEqual: boolean;
  readonly left: Digest;
  readonly right: Digest;
}

/**
 * Compares two streams of bytes, holding one block of each.
 *
 * Both are read to their end also after the first difference, because the report names both sizes and checksums.
 *
 * @throws what either stream throws: then nothing is known of their equality.
 */
export async function compareBytes(
  left: AsyncIterable<Buffer>,
  right: AsyncIterable<Buffer>,
  crc32c: Crc32c,
): Promise<Comparison> {
  const a = new Side(left, crc32c);
  const b = new Side(right, crc32c);
  try {
    let isEqual = true;
    for (;;) {
      await Promise.all([a.fill(), b.fill()]);
      if (a.isEmpty || b.isEmpty) break;
      const length = Math.min(a.available, b.available);
      isEqual = a.take(length).equals(b.take(length)) && isEqual;
    }
    isEqual = isEqual && a.isEmpty && b.isEmpty;
    await Promise.all([a.drain(), b.drain()]);
    return { isEqual, left: a.digest, right: b.digest };
  } finally {
    await Promise.allSettled([a.close(), b.close()]);
  }
}

/** One stream with the rest of its current block. */
class Side {
  readonly #blocks: AsyncIterator<Buffer>;
  readonly #crc32c: Crc32c;
  #block: Buffer = Buffer.alloc(0);
  #isEnded = false;
  #sizeBytes = 0;
  #checksum = 0;

  constructor(source: AsyncIterable<Buffer>, crc32c: Crc32c) {
    this.#blocks = source[Symbol.asyncIterator]();
    this.#crc32c = crc32c;
  }

  get available(): number {
    return this.#block.length;
  }

  /** Whether there is nothing left, now that the side has been filled. */
  get isEmpty(): boolean {
    return this.#isEnded && this.#block.length === 0;
  }

  get digest(): Digest {
    return { sizeBytes: this.#sizeBytes, crc32c: this.#checksum };
  }

  /** Makes sure that there is a byte to take, or that the end is known. */
  async fill(): Promise<void> {
    while (this.#block.length === 0 && !this.#isEnded) {
      const next = await this.#blocks.next();
      if (next.done === true) {
        this.#isEnded = true;
        return;
      }
      this.#block = next.value;
      this.#sizeBytes += next.value.length;
      this.#checksum = this.#crc32c(next.value, this.#checksum);
    }
  }

  take(length: number): Buffer {
    const taken = this.#block.subarray(0, length);
    this.#block = this.#block.subarray(length);
    return taken;
  }

  async drain(): Promise<void> {
    while (!this.#isEnded) {
      this.#block = Buffer.alloc(0);
      await this.fill();
    }
  }

  async close(): Promise<void> {
    await this.#blocks.return?.();
  }
}
