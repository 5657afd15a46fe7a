import type { StoredMessage } from '../delivery/stored-message.ts';
import type { Subscription, Topic } from '../wire/messages.ts';
import type { JournalRecord } from './records.ts';

interface ReplayedSubscription {
  resource: Subscription;
  readonly messages: Map<string, { readonly message: StoredMessage; failures: number }>;
}

/** The state that a journal's records add up to. */
export class ReplayedState {
  readonly topics = new Map<string, Topic>();
  readonly subscriptions = new Map<string, ReplayedSubscription>();

  apply(record: JournalRecord): void {
    switch (record.op) {
      case 'topic':
        this.topics.set(record.topic.name, record.topic);
        return;
      case 'topic-deleted':
        this.topics.delete(record.name);
        return;
      case 'subscription': {
        const known = this.subscriptions.get(record.subscription.name);
        if (known !== undefined) known.resource = record.subscription;
        else {
          this.subscriptions.set(record.subscription.name, {
            resource: record.subscription,
            messages: new Map(),
          });
        }
        return;
      }
      case 'subscription-deleted':
        this.subscriptions.delete(record.name);
        return;
      case 'message':
        for (const { subscription, failures } of record.to) {
          this.subscriptions
            .get(subscription)
            ?.messages.set(record.message.id, { message: record.message, failures });
        }
        return;
      case 'settled':
        this.subscriptions.get(record.subscription)?.messages.delete(record.id);
        return;
      case 'failed': {
        const entry = this.subscriptions.get(record.subscription)?.messages.get(record.id);
        if (entry !== undefined) entry.failures = record.failures;
      }
    }
  }
}
