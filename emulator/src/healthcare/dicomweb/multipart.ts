import { Dicer } from '@fastify/busboy';
import type { Readable } from 'node:stream';

/** The header fields of a part by lower-case name. */
export type PartHeaders = Readonly<Record<string, readonly string[]>>;

/** How many parts may be on their way to `receive` at once: many small ones fit into one chunk of the body. */
const MAX_PARTS_IN_FLIGHT = 16;

/** The body is not what its Content-Type says. */
export class MultipartError extends Error {
  override readonly name = 'MultipartError';
}

type Receive = (content: Readable, headers: PartHeaders) => Promise<void>;

/**
 * Hands every part of a multipart body to `receive`, which has to read it to its end. Memory is bounded whatever
 * the number and size of the parts. Whether it succeeds or not, no part is being received any more afterwards.
 *
 * @throws MultipartError when the closing boundary or the end of a part's header is missing; the error of the body
 *   when it is cut short; the first error of `receive`.
 */
export async function readParts(body: Readable, boundary: string, receive: Receive): Promise<void> {
  const reader = new PartReader(boundary, receive);
  try {
    // The body must survive an early end of the loop, or the connection would close before the answer.
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      await reader.write(chunk);
    }
  } finally {
    await reader.end();
  }
  reader.throwIfFailed();
}

/** Dicer, with what it takes to know when a write is over. */
class PartReader {
  readonly #parser: Dicer;
  readonly #receive: Receive;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #failures: unknown[] = [];
  #partsWithoutHeader = 0;
  #hasEnded = false;
  /** Ends the wait of the moment. */
  #wake: () => void = () => undefined;

  constructor(boundary: string, receive: Receive) {
    this.#receive = receive;
    this.#parser = new Dicer({ boundary });
    this.#parser.on('part', (part) => {
      this.#partsWithoutHeader += 1;
      // The parser reports the same error itself, also for parts that nobody receives.
      part.on('error', () => undefined);
      part.once('header', (headers) => {
        this.#partsWithoutHeader -= 1;
        this.#start(part, headers as PartHeaders);
      });
    });
    this.#parser.on('error', (cause: unknown) => {
      this.#fail(new MultipartError('The multipart body does not end with its closing boundary.', { cause }));
    });
    this.#parser.on('finish', () => {
      this.#hasEnded = true;
      this.#wake();
    });
  }

  async write(chunk: Buffer): Promise<void> {
    this.throwIfFailed();
    // What follows the closing boundary means nothing, but has to be read.
    if (this.#hasEnded) return;
    // The callback is not called when the receiver of the part has failed, nor when the chunk held the closing
    // boundary while the part was taking no more bytes.
    await this.#until((isOver) => this.#parser.write(chunk, isOver));
    while (this.#inFlight.size > MAX_PARTS_IN_FLIGHT) await Promise.race(this.#inFlight);
  }

  async end(): Promise<void> {
    // Also ends a part that is still being received, which would otherwise wait for the rest for ever.
    if (!this.#hasEnded && this.#failures.length === 0) await this.#until(() => this.#parser.end());
    else this.#parser.end();
    await Promise.all(this.#inFlight);
    if (this.#partsWithoutHeader > 0) {
      this.#failures.push(new MultipartError('A part of the multipart body has no end of its header.'));
    }
  }

  throwIfFailed(): void {
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  #start(part: Readable, headers: PartHeaders): void {
    const received = this.#receive(part, headers)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => this.#inFlight.delete(received));
    this.#inFlight.add(received);
  }

  #fail(error: unknown): void {
    this.#failures.push(error);
    this.#wake();
  }

  #until(begin: (isOver: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      begin(() => resolve());
    });
  }
}
