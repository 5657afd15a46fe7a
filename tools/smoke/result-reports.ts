import { Duration, type Message, type PubSub } from '@google-cloud/pubsub';
import * as v from 'valibot';

/** The gRPC code. */
const NOT_FOUND = 5;
const DAY_SECONDS = 24 * 60 * 60;

/** As much of a report as the smoke test looks at. */
const reportSchema = v.object({
  reportId: v.string(),
  final: v.boolean(),
  object: v.optional(v.nullable(v.object({ bucket: v.string(), name: v.string() }))),
  outcome: v.optional(v.string()),
  reason: v.optional(v.nullable(v.string())),
  status: v.optional(v.string()),
  counts: v.optional(v.record(v.string(), v.number())),
  problems: v.optional(v.array(v.string())),
});

export type SmokeReport = v.InferOutput<typeof reportSchema>;

/** The reports that are published while the smoke test runs, read by a subscription of its own. */
export class ResultReports {
  readonly #pubsub: PubSub;
  readonly #name: string;
  readonly #isOurs: (report: SmokeReport) => boolean;
  readonly #reports: SmokeReport[] = [];
  #changed = Promise.withResolvers<undefined>();
  #close: () => Promise<void> = () => Promise.resolve();

  /** @param isOurs which reports are kept; others pass by. */
  constructor(pubsub: PubSub, subscription: string, isOurs: (report: SmokeReport) => boolean) {
    this.#pubsub = pubsub;
    this.#name = subscription;
    this.#isOurs = isOurs;
  }

  /** Makes the subscription; what is published from now on is seen. One that is left behind expires after a day. */
  async open(topic: string): Promise<void> {
    await this.#pubsub.topic(topic).createSubscription(this.#name, {
      expirationPolicy: { ttl: { seconds: DAY_SECONDS } },
    });
    const subscription = this.#pubsub.subscription(this.#name, {
      closeOptions: { timeout: Duration.from({ seconds: 1 }) },
    });
    subscription.on('message', (message: Message) => this.#read(message));
    subscription.on('error', (error: Error) => this.#changed.reject(error));
    this.#changed.promise.catch(() => undefined);
    this.#close = () => subscription.close();
  }

  /**
   * Waits until the reports so far say enough.
   *
   * @throws Error of the subscription, or the reason of the signal.
   */
  async until<T>(found: (reports: readonly SmokeReport[]) => T | undefined, signal: AbortSignal): Promise<T> {
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void => aborted.reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    aborted.promise.catch(() => undefined);
    try {
      for (;;) {
        signal.throwIfAborted();
        const result = found(this.#reports);
        if (result !== undefined) return result;
        await Promise.race([this.#changed.promise, aborted.promise]);
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Stops reading and removes the subscription, if it is there. */
  async close(): Promise<void> {
    await this.#close();
    await this.#pubsub
      .subscription(this.#name)
      .delete()
      .catch((error: unknown) => {
        if ((error as { code?: unknown }).code !== NOT_FOUND) throw error;
      });
  }

  #read(message: Message): void {
    message.ack();
    const report = parseReport(message.data);
    if (report === undefined || !this.#isOurs(report)) return;
    this.#reports.push(report);
    const changed = this.#changed;
    this.#changed = Promise.withResolvers<undefined>();
    this.#changed.promise.catch(() => undefined);
    changed.resolve(undefined);
  }
}

function parseReport(data: Buffer): SmokeReport | undefined {
  try {
    const result = v.safeParse(reportSchema, JSON.parse(data.toString('utf8')));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}
