import { systemClock, type Clock } from '../clock.ts';
import type { Publish } from './messages.ts';
import { TOPICS, topicName } from './topology.ts';

export interface SchedulerOptions {
  readonly publish: Publish;
  /** From one tick to the next. @default 60,000, as deployed */
  readonly intervalMs?: number;
  /** A tick could not be published; the next one is tried in its turn. */
  readonly onProblem: (text: string) => void;
  readonly clock?: Clock;
}

export interface Scheduler {
  /** Publishes no further tick. Resolves when one that is on its way has arrived or failed. */
  close(): Promise<void>;
}

const TICK = { data: Buffer.from('{"action":"tick"}'), attributes: {} };

/**
 * A stand-in for the Cloud Scheduler job that wakes the delete function, first after one interval.
 *
 * Ticks keep to the times they were meant for. One that is still being published when the next is due takes its place,
 * because a job never runs twice at the same time.
 */
export function startScheduler(options: SchedulerOptions): Scheduler {
  const { publish, intervalMs = 60_000, onProblem, clock = systemClock } = options;
  let dueAtMs = clock.now();
  let cancelTimer = (): void => undefined;
  let underWay: Promise<void> | undefined;

  const publishTick = async (): Promise<void> => {
    try {
      await publish(topicName(TOPICS.delete), TICK);
    } catch (error) {
      onProblem(`The scheduler could not publish a tick: ${String(error)}`);
    }
    underWay = undefined;
  };
  const waitForNext = (): void => {
    // Of the times that this machine has slept through, none is made up for.
    const missed = Math.max(0, Math.floor((clock.now() - dueAtMs) / intervalMs));
    dueAtMs += (missed + 1) * intervalMs;
    cancelTimer = clock.after(dueAtMs - clock.now(), () => {
      underWay ??= publishTick();
      waitForNext();
    });
  };

  waitForNext();
  return {
    close: async () => {
      cancelTimer();
      await underWay;
    },
  };
}
