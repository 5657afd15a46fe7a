import { Duration, type Message, type PubSub } from '@google-cloud/pubsub';
import { ensurePullSubscription } from './provision/provision-pubsub.ts';
import { SCREEN_SUBSCRIPTION, TOPICS } from './topology.ts';

export interface ReportFeed {
  /** Stops reading. What has not been handled by then is read again at the next start. */
  close(): Promise<void>;
}

/**
 * Reads the reports that the functions publish, by streaming pull from a subscription of its own.
 *
 * @param handlers.onReport a message is acknowledged when this has resolved, so that a slow reader slows
 *   the stream down instead of filling memory.
 */
export async function followReports(
  pubsub: PubSub,
  handlers: {
    readonly onReport: (report: object) => Promise<void>;
    readonly onProblem: (text: string) => void;
  },
): Promise<ReportFeed> {
  await ensurePullSubscription(pubsub, TOPICS.results, SCREEN_SUBSCRIPTION);
  const subscription = pubsub.subscription(SCREEN_SUBSCRIPTION, {
    flowControl: { maxMessages: 100 },
    closeOptions: { timeout: Duration.from({ seconds: 1 }) },
  });
  subscription.on('message', (message: Message) => {
    void handle(message);
  });
  subscription.on('error', (error: Error) => {
    handlers.onProblem(`The reports can no longer be read: ${error.message}`);
  });
  return { close: () => subscription.close() };

  async function handle(message: Message): Promise<void> {
    const report = parseReport(message.data);
    if (report === undefined) {
      handlers.onProblem(`Message ${message.id} on the results topic is not a report; it is passed over.`);
      message.ack();
      return;
    }
    try {
      await handlers.onReport(report);
      message.ack();
    } catch (error) {
      message.nack();
      handlers.onProblem(`A report could not be shown: ${String(error)}`);
    }
  }
}

function parseReport(data: Buffer): object | undefined {
  try {
    const parsed = JSON.parse(data.toString('utf8')) as unknown;
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}
