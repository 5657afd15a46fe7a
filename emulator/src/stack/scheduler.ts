import { systemClock, type Clock } from '../clock.ts';
import type { Publish } from './messages.ts';
import { TOPICS, topicName } from './topology.ts';

/** A command for the delete function that is published again and again, as a Cloud Scheduler job would. */
export interface ScheduledJob {
  readonly everySeconds: number;
  /** The same message each time. */
  readonly command: { readonly action: string };
}

export interface SchedulerOptions {
  readonly publish: Publish;
  readonly jobs: readonly ScheduledJob[];
  /** A command could not be published; the next one is tried in its turn. */
  readonly onProblem: (text: string) => void;
  readonly clock?: Clock;
}

export interface Scheduler {
  /** Publishes nothing more. Resolves when what is on its way has arrived or failed. */
  close(): Promise<void>;
}

/** What wakes the delete function, so that it looks after its operations. */
export function tickEvery(everySeconds: number): ScheduledJob {
  return { everySeconds, command: { action: 'tick' } };
}

/** A stand-in for the Cloud Scheduler jobs of a deployment: each runs for the first time after one interval. */
export function startScheduler({
  publish,
  jobs,
  onProblem,
  clock = systemClock,
}: SchedulerOptions): Scheduler {
  const started = jobs.map((job) => {
    const { action } = job.command;
    const message = { data: Buffer.from(JSON.stringify(job.command)), attributes: {} };
    const run = async (): Promise<void> => {
      try {
        await publish(topicName(TOPICS.delete), message);
      } catch (error) {
        onProblem(`The scheduler could not publish a ${action}: ${String(error)}`);
      }
    };
    return repeat(run, job.everySeconds * 1000, clock);
  });
  return {
    close: async () => {
      await Promise.all(started.map((stop) => stop()));
    },
  };
}

/**
 * Runs keep to the times they were meant for. One that is still under way when the next is due takes its place, because
 * a job never runs twice at the same time.
 *
 * @param run never rejects.
 * @returns what stops it, and resolves when the run under way has ended.
 */
function repeat(run: () => Promise<void>, intervalMs: number, clock: Clock): () => Promise<void> {
  let dueAtMs = clock.now();
  let cancelTimer = (): void => undefined;
  let underWay: Promise<void> | undefined;

  const waitForNext = (): void => {
    // Of the times that this machine has slept through, none is made up for.
    const missed = Math.max(0, Math.floor((clock.now() - dueAtMs) / intervalMs));
    dueAtMs += (missed + 1) * intervalMs;
    cancelTimer = clock.after(dueAtMs - clock.now(), () => {
      underWay ??= run().finally(() => (underWay = undefined));
      waitForNext();
    });
  };

  waitForNext();
  return async () => {
    cancelTimer();
    await underWay;
  };
}
