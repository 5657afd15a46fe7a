import { DEFAULT_PUSH_OPTIONS } from '../../emulator/src/pubsub/push/push-options.ts';
import { PushWindow } from '../../emulator/src/pubsub/push/push-window.ts';
import type { PushClient } from './push-client.ts';

export interface SubscriptionOptions {
  /** The number of the first message's object; the others follow. */
  readonly first: number;
  readonly sizeBytes: number;
  /** Whether there is another message, after so many and so long. */
  hasNext(pushed: number, elapsedMs: number): boolean;
  /** After this the run ends, and what is not settled counts as unfinished. */
  readonly limitMs: number;
}

/** What became of the messages of a subscription. */
export interface SubscriptionResult {
  readonly messages: number;
  readonly acknowledged: number;
  readonly redeliveries: number;
  readonly deadLetters: number;
  /** Neither acknowledged nor dead when the time was up. */
  readonly unfinished: number;
  /** When the last message had been pushed for the first time: until then, there was always a next one. */
  readonly drainedAtMs: number;
  readonly elapsedMs: number;
}

/** The retry policy and dead-letter policy of the subscription. */
const LEAST_BACKOFF_MS = 1000;
const MOST_BACKOFF_MS = 600_000;
const MOST_DELIVERIES = 100;

interface Message {
  readonly number: number;
  deliveries: number;
}

/**
 * Pushes messages as a push subscription does, until all are settled.
 *
 * How many are in flight follows the window of the Pub/Sub stand-in (emulator/docs/pubsub.md): slow start, one more with
 * every success, half with every failure, at most a hundred, and a pause while nothing succeeds. A message that is not
 * acknowledged comes again after a backoff of its own, 1 s doubled with each failure, and is a dead letter after its
 * hundredth delivery. Messages that come again go before new ones.
 */
export function runSubscription(
  client: PushClient,
  options: SubscriptionOptions,
): Promise<SubscriptionResult> {
  const { first, sizeBytes, limitMs } = options;
  const window = new PushWindow(DEFAULT_PUSH_OPTIONS);
  const startedAtMs = performance.now();
  const elapsed = (): number => performance.now() - startedAtMs;
  const due: Message[] = [];
  const done = Promise.withResolvers<SubscriptionResult>();
  const counts = { messages: 0, acknowledged: 0, redeliveries: 0, deadLetters: 0 };
  let inFlight = 0;
  let backingOff = 0;
  let drainedAtMs: number | undefined;
  let wake: NodeJS.Timeout | undefined;
  let isOver = false;

  const finish = (): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(limit);
    clearTimeout(wake);
    const unfinished = inFlight + backingOff + due.length;
    done.resolve({ ...counts, unfinished, drainedAtMs: drainedAtMs ?? elapsed(), elapsedMs: elapsed() });
  };

  const next = (): Message | undefined => {
    const again = due.shift();
    if (again !== undefined) {
      counts.redeliveries += 1;
      return again;
    }
    if (drainedAtMs !== undefined) return undefined;
    if (!options.hasNext(counts.messages, elapsed())) {
      drainedAtMs = elapsed();
      return undefined;
    }
    counts.messages += 1;
    return { number: first + counts.messages - 1, deliveries: 0 };
  };

  const deliver = async (message: Message): Promise<void> => {
    message.deliveries += 1;
    const failure = await client.push(message.number, sizeBytes, message.deliveries);
    const wereInFlight = inFlight;
    inFlight -= 1;
    if (failure === undefined) {
      window.succeeded(wereInFlight);
      counts.acknowledged += 1;
    } else {
      window.failed(performance.now());
      giveBack(message);
    }
    pump();
  };

  const giveBack = (message: Message): void => {
    if (message.deliveries >= MOST_DELIVERIES) {
      counts.deadLetters += 1;
      return;
    }
    backingOff += 1;
    const backoffMs = Math.min(MOST_BACKOFF_MS, LEAST_BACKOFF_MS * 2 ** (message.deliveries - 1));
    // The limit ends the run also while a backoff lasts.
    setTimeout(() => {
      backingOff -= 1;
      due.push(message);
      pump();
    }, backoffMs).unref();
  };

  const pump = (): void => {
    if (isOver) return;
    const now = performance.now();
    clearTimeout(wake);
    const size = window.sizeAt(now);
    if (size === 0) {
      wake = setTimeout(pump, window.pausedUntil - now);
      return;
    }
    while (inFlight < size) {
      const message = next();
      if (message === undefined) break;
      inFlight += 1;
      void deliver(message);
    }
    if (inFlight + backingOff + due.length === 0) finish();
  };

  const limit = setTimeout(finish, limitMs);
  pump();
  return done.promise;
}
