import type { ScheduledJob } from '../scheduler.ts';
import type { Stack } from '../stack.ts';
import { BUCKETS, DICOM_STORE, PROJECT, TOPICS } from '../topology.ts';

/** What a program that started the stack needs to know: the first line of `npm start -- --json`. */
export interface StackSummary {
  readonly ready: true;
  readonly project: string;
  /** A base URL. */
  readonly storage: string;
  /** `host:port`, as in `PUBSUB_EMULATOR_HOST`. */
  readonly pubsub: string;
  /** A base URL. */
  readonly healthcare: string;
  readonly dicomStore: string;
  readonly buckets: typeof BUCKETS;
  readonly topics: typeof TOPICS;
  /** Function name to URL. */
  readonly functions: Readonly<Record<string, string>>;
  /** What the scheduler stand-in publishes to the topic for deletions. */
  readonly schedule: readonly ScheduledJob[];
  /** Absolute. */
  readonly drop: string;
  /** Absolute. */
  readonly data: string;
}

export function summarize(
  stack: Pick<Stack, 'dataDir' | 'services' | 'schedule'> & {
    readonly functions: readonly { readonly name: string; readonly process: { readonly url: string } }[];
  },
  dropDir: string,
): StackSummary {
  return {
    ready: true,
    project: PROJECT,
    storage: stack.services.storageUrl,
    pubsub: stack.services.pubsubHost,
    healthcare: stack.services.healthcareUrl,
    dicomStore: DICOM_STORE,
    buckets: BUCKETS,
    topics: TOPICS,
    functions: Object.fromEntries(stack.functions.map(({ name, process }) => [name, process.url])),
    schedule: stack.schedule,
    drop: dropDir,
    data: stack.dataDir,
  };
}
