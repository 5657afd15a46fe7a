import type { StoredMessage } from '../delivery/stored-message.ts';
import { idOf, projectOf } from '../resources/names.ts';
import type { Draft } from './draft.ts';

/** The message as it is published to a dead-letter topic: the same, with where it comes from in its attributes. */
export function deadLetter(message: StoredMessage, subscription: string, failures: number): Draft {
  return {
    data: message.data,
    attributes: {
      ...message.attributes,
      CloudPubSubDeadLetterSourceDeliveryCount: String(failures),
      CloudPubSubDeadLetterSourceSubscription: idOf(subscription),
      CloudPubSubDeadLetterSourceSubscriptionProject: projectOf(subscription),
      CloudPubSubDeadLetterSourceTopicPublishTime: new Date(message.publishTimeMs).toISOString(),
    },
    orderingKey: message.orderingKey,
  };
}
