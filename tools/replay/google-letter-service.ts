import { v1, type PubSub } from '@google-cloud/pubsub';
import type { OutgoingMessage, ReceivedLetter } from './dead-letter.ts';
import { RefusedMessage, type LetterService, type MessageService } from './letter-service.ts';

const INVALID_ARGUMENT = 3;
/** Stands for a topic that was deleted. */
const DELETED_TOPIC = '_deleted-topic_';

/** Publishing over Pub/Sub's own client, one request at a time, so that what is confirmed is known. */
export async function makeMessageService(pubsub: PubSub): Promise<MessageService> {
  const publisher = new v1.PublisherClient(await clientOptions(pubsub));
  return {
    async publish(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
      await publisher.publish({ topic, messages: [...messages] }).catch((error: unknown) => {
        if ((error as { code?: unknown }).code !== INVALID_ARGUMENT) throw error;
        throw new RefusedMessage(error instanceof Error ? error.message : String(error), { cause: error });
      });
    },
  };
}

/** @param subscription `projects/…/subscriptions/…` of the dead letters. */
export async function makeLetterService(pubsub: PubSub, subscription: string): Promise<LetterService> {
  const messages = await makeMessageService(pubsub);
  const subscriber = new v1.SubscriberClient(await clientOptions(pubsub));
  const deadLetterTopic = once(async () => {
    const [{ topic }] = await subscriber.getSubscription({ subscription });
    return topic;
  });
  return {
    ...messages,

    async pull(most) {
      // A pull that waits and is given up may have leased messages that nobody knows of.
      const [answer] = await subscriber.pull({ subscription, maxMessages: most, returnImmediately: true });
      return (answer.receivedMessages ?? []).map(({ ackId, message }): ReceivedLetter => ({
        ackId: ackId ?? '',
        messageId: message?.messageId ?? '',
        data: Buffer.from(message?.data ?? ''),
        attributes: message?.attributes ?? {},
        orderingKey: message?.orderingKey ?? '',
      }));
    },

    async extend(ackIds, seconds) {
      await subscriber.modifyAckDeadline({ subscription, ackIds: [...ackIds], ackDeadlineSeconds: seconds });
    },

    async acknowledge(ackIds) {
      await subscriber.acknowledge({ subscription, ackIds: [...ackIds] });
    },

    async topicOf(source) {
      const [{ topic, deadLetterPolicy }] = await subscriber.getSubscription({ subscription: source });
      // Whoever may publish to the dead-letter topic could otherwise name any subscription, and so any topic.
      if (deadLetterPolicy?.deadLetterTopic !== (await deadLetterTopic())) {
        throw new Error(`${source} does not give its messages up to this dead-letter topic`);
      }
      if (topic == null || topic === DELETED_TOPIC) throw new Error(`the topic of ${source} is gone`);
      return topic;
    },
  };
}

type ClientOptions = ConstructorParameters<typeof v1.SubscriberClient>[0];

async function clientOptions(pubsub: PubSub): Promise<ClientOptions> {
  return (await pubsub.getClientConfig()) as ClientOptions;
}

/** Asks once, and again only after a failure. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask().catch((error: unknown) => {
      answer = undefined;
      throw error;
    });
    return answer;
  };
}
