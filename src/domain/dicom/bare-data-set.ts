import {
  DamagedDataSet,
  EXPLICIT_LITTLE_ENDIAN,
  IMPLICIT_LITTLE_ENDIAN,
  MoreBytesNeeded,
  UNDEFINED_LENGTH,
  readElementHeader,
  type Encoding,
} from './element.ts';
import { guessEncoding } from './recognise.ts';
import { skipValue } from './skip-value.ts';

/** What walking a data set without preamble and file meta information has shown. */
export interface BareDataSet {
  readonly encoding: Encoding;
  /** The values of the wanted elements that it has, undecoded. */
  readonly values: ReadonlyMap<number, Buffer>;
}

/**
 * Walks a bare data set block by block to its end.
 *
 * Values of defined length are passed over as they come, so that memory does not grow with pixel data; a sequence of
 * undefined length has to fit into `maxHeaderBytes`.
 */
export class BareDataSetWalk {
  readonly #wanted: ReadonlySet<number>;
  readonly #maxBytes: number;
  readonly #values = new Map<number, Buffer>();
  #encoding: Encoding | undefined;
  #window: Buffer = Buffer.alloc(0);
  #toSkip = 0;
  /** Walking again is not worth while before there are so many bytes. */
  #walkAt = 0;
  #lastTag = 0;

  constructor(wanted: ReadonlySet<number>, maxBytes: number) {
    this.#wanted = wanted;
    this.#maxBytes = maxBytes;
  }

  /** @throws DamagedDataSet when this is no little-endian data set. */
  push(block: Buffer): void {
    if (block.length <= this.#toSkip) {
      this.#toSkip -= block.length;
      return;
    }
    const rest = block.subarray(this.#toSkip);
    this.#toSkip = 0;
    this.#window = this.#window.length === 0 ? rest : Buffer.concat([this.#window, rest]);
    if (this.#window.length >= this.#walkAt) this.#walk();
    if (this.#window.length > this.#maxBytes) {
      throw new DamagedDataSet(`an element of undefined length is longer than ${this.#maxBytes} bytes`);
    }
    // A copy, so that a few bytes do not keep a whole block alive.
    this.#window = Buffer.from(this.#window);
  }

  /** @throws DamagedDataSet when the bytes ended inside an element. */
  end(): BareDataSet {
    this.#walk();
    if (this.#encoding === undefined || this.#window.length > 0 || this.#toSkip > 0) {
      throw new DamagedDataSet('it ends inside an element');
    }
    return { encoding: this.#encoding, values: this.#values };
  }

  #walk(): void {
    try {
      this.#encoding ??= this.#recognise();
      while (this.#window.length > 0 && this.#toSkip === 0) this.#passElement(this.#encoding);
    } catch (error) {
      if (!(error instanceof MoreBytesNeeded)) throw error;
      // Growing by half bounds the work of walking a long sequence from its beginning again and again.
      this.#walkAt = Math.max(error.atLeastBytes, Math.floor(this.#window.length * 1.5));
    }
  }

  #recognise(): Encoding {
    if (this.#window.length < 8) throw new MoreBytesNeeded(8);
    const encoding = guessEncoding(this.#window, 0);
    if (encoding !== EXPLICIT_LITTLE_ENDIAN && encoding !== IMPLICIT_LITTLE_ENDIAN) {
      throw new DamagedDataSet('it is not written in little endian');
    }
    return encoding;
  }

  #passElement(encoding: Encoding): void {
    const element = readElementHeader(this.#window, 0, encoding);
    if (element.tag <= this.#lastTag) throw new DamagedDataSet('its elements are not in ascending order');
    const isWanted = this.#wanted.has(element.tag);
    if (isWanted && (element.length === UNDEFINED_LENGTH || element.length > this.#maxBytes)) {
      throw new DamagedDataSet('a UID is longer than a UID can be');
    }
    const end = skipValue(this.#window, element, encoding);
    if (isWanted) {
      if (end > this.#window.length) throw new MoreBytesNeeded(end);
      this.#values.set(element.tag, Buffer.from(this.#window.subarray(element.valueOffset, end)));
    }
    this.#lastTag = element.tag;
    this.#toSkip = Math.max(0, end - this.#window.length);
    this.#window = this.#window.subarray(end);
  }
}
