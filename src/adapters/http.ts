import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { MalformedAnswerError } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';
import { failureOfConnection, failureOfStatus } from './http-failure.ts';
import { watchIdle } from './idle-watch.ts';

/** One HTTP request, tried once. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  /** What this is, in words that may be logged. */
  readonly call: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | AsyncIterable<Buffer>;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names; repeated fields are joined with commas (RFC 9110 section 5.3). */
  header(name: string): string | undefined;
  /** The body as it arrives. Returning early closes the connection. */
  readonly body: AsyncIterable<Buffer>;
  /**
   * The body as text.
   *
   * @throws MalformedAnswerError when it is longer than the limit.
   */
  text(limitBytes?: number): Promise<string>;
  /** Reads a small body away, so that the connection can be used again; gives up on a long one. */
  discard(): Promise<void>;
  /** The domain error that stands for this status. */
  failure(): Error;
}

/** Sends requests. Resolves with every answer, whatever its status. @throws ConnectionLostError */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>;

export interface HttpOptions {
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  /** A body that stands still for longer, in either direction, is given up. There is no limit on a whole exchange. */
  readonly idleTimeoutMs: number;
  /** From the last byte sent to the first of the answer. */
  readonly answerTimeoutMs: number;
}

const LONGEST_ANSWER_BYTES = 4 * 1024 * 1024;
const LONGEST_DISCARD_BYTES = 128 * 1024;

/**
 * Requests by undici, on the kept-alive connections of the dispatcher.
 *
 * undici's `request` rather than `fetch`, which keeps a streamed request body in memory (nodejs/undici#4058).
 */
export function makeHttp({ dispatcher, clock, idleTimeoutMs, answerTimeoutMs }: HttpOptions): Http {
  return async ({ method, url, call, headers, body, signal }) => {
    const idle = watchIdle(body, idleTimeoutMs, signal);
    try {
      const { origin, pathname, search } = new URL(url);
      const request = dispatcher.request({
        origin,
        path: pathname + search,
        method,
        headers: { ...headers },
        // undici takes async iterables, which its types leave out ("Dispatcher.request", parameter `body`).
        body: (idle.body ?? null) as Buffer | Readable | null,
        signal: idle.signal,
        bodyTimeout: idleTimeoutMs,
        headersTimeout: answerTimeoutMs,
      });
      const answer = await unlessAborted(request, signal);
      idle.answered();
      answer.body.once('close', () => idle.stop());
      return toAnswer(answer, call, clock);
    } catch (error) {
      idle.stop();
      throw failureOfConnection(idle.failure(error, call), call);
    }
  };
}

/** A request that waits for a connection does not look at its signal: undici does so only once it is sent. */
async function unlessAborted<T>(request: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason as Error);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([request, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Whichever loses must not end the process.
    request.catch(() => undefined);
  }
}

function toAnswer(answer: Dispatcher.ResponseData, call: string, clock: Clock): HttpAnswer {
  const header = (name: string): string | undefined => {
    const value = answer.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  return {
    status: answer.statusCode,
    header,
    body: readBody(answer, call),
    text: (limitBytes = LONGEST_ANSWER_BYTES) => readText(readBody(answer, call), limitBytes, call),
    // A body that cannot be read away costs the connection and nothing else.
    discard: () => answer.body.dump({ limit: LONGEST_DISCARD_BYTES }).catch(() => undefined),
    failure: () => failureOfStatus(answer.statusCode, header('retry-after'), call, clock.now()),
  };
}

/**
 * The body, with the connection's failures translated.
 *
 * Not a generator: one that has not begun to run cannot be made to close anything.
 */
function readBody({ body }: Dispatcher.ResponseData, call: string): AsyncIterable<Buffer> {
  const iterate = (): AsyncIterator<Buffer> => {
    const blocks = (body as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    return {
      next: () =>
        blocks.next().catch((error: unknown) => {
          throw failureOfConnection(error, call);
        }),
      return() {
        // Nobody listens any more, and closing early is what was wanted.
        body.on('error', () => undefined).destroy();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  };
  return { [Symbol.asyncIterator]: iterate };
}

async function readText(body: AsyncIterable<Buffer>, limitBytes: number, call: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limitBytes) {
      throw new MalformedAnswerError(`${call}: the answer is longer than ${limitBytes} bytes`, {
        details: { call },
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
