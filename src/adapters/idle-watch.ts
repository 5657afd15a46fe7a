import { ConnectionLostError } from '../domain/errors.ts';

/** A request body under watch: it is given up when the other side stops taking it. */
export interface IdleWatch {
  /** The same bytes; undefined where there is no body. */
  readonly body: Buffer | AsyncIterable<Buffer> | undefined;
  /** Aborted when the caller's signal is, or when the body stands still. */
  readonly signal: AbortSignal;
  /** The error to throw for one that was thrown meanwhile: a stand-still, where that was the cause. */
  failure(error: unknown, call: string): unknown;
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
    return { body, signal: callerSignal, failure: (error) => error, stop: () => undefined };
  }
  const standStill = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const stopTimer = (): void => clearTimeout(timer);
  const cancel = (): void => standStill.abort(callerSignal.reason);
  // Not AbortSignal.any: its signals live as long as the caller's.
  if (callerSignal.aborted) cancel();
  else callerSignal.addEventListener('abort', cancel, { once: true });
  async function* watched(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    try {
      for await (const block of source) {
        timer = setTimeout(() => standStill.abort(), idleTimeoutMs);
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
    stop() {
      stopTimer();
      callerSignal.removeEventListener('abort', cancel);
    },
  };
}
