import { ConnectionLostError } from '../domain/errors.ts';

/** A request body under watch: it is given up when the other side stops taking it. */
export interface IdleWatch {
  /** The same bytes; undefined where there is no body. */
  readonly body: Buffer | AsyncIterable<Buffer> | undefined;
  /** Aborted when the caller's signal is, or when the body stands still. */
  readonly signal: AbortSignal;
  /** The error to throw for one that was thrown meanwhile: a stand-still, where that was the cause. */
  failure(error: unknown, call: string): unknown;
  /** The answer is there, so that what is left of the body does not matter any more; the caller's signal still does. */
  answered(): void;
  /** The exchange is over. */
  stop(): void;
}

/**
 * Watches the progress of a streamed request body.
 *
 * The watch runs while a block is on its way to the peer, so a slow source is not taken for a slow peer, and it ends
 * with the last block: from then on the time-out for the answer counts.
 */
export function watchIdle(
  body: Buffer | AsyncIterable<Buffer> | undefined,
  idleTimeoutMs: number,
  callerSignal: AbortSignal,
): IdleWatch {
  if (body === undefined || Buffer.isBuffer(body)) {
    return {
      body,
      signal: callerSignal,
      failure: (error) => error,
      answered: () => undefined,
      stop: () => undefined,
    };
  }
  const standStill = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let isAnswered = false;
  const stopTimer = (): void => clearTimeout(timer);
  const cancel = (): void => standStill.abort(callerSignal.reason);
  // Not AbortSignal.any: its signals live as long as the caller's.
  if (callerSignal.aborted) cancel();
  else callerSignal.addEventListener('abort', cancel, { once: true });
  async function* watched(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    try {
      for await (const block of source) {
        if (!isAnswered) timer = setTimeout(() => standStill.abort(), idleTimeoutMs);
        yield block;
        stopTimer();
      }
    } finally {
      stopTimer();
    }
  }
  return {
    body: watched(body),
    signal: standStill.signal,
    failure(error, call) {
      if (!standStill.signal.aborted || callerSignal.aborted) return error;
      const message = `${call}: the peer took no bytes for ${idleTimeoutMs} ms`;
      return new ConnectionLostError(message, { cause: error, details: { call, cause: 'idle' } });
    },
    answered() {
      isAnswered = true;
      stopTimer();
    },
    stop() {
      stopTimer();
      callerSignal.removeEventListener('abort', cancel);
    },
  };
}
