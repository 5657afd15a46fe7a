import type { Delivery } from '../delivery/backlog.ts';
import type { ReceivedMessage } from '../wire/messages.ts';

/** A delivery as pull and streaming pull send it. */
export function receivedMessage({ ackId, message, deliveryAttempt }: Delivery): ReceivedMessage {
  const seconds = Math.floor(message.publishTimeMs / 1000);
  return {
    ackId,
    message: {
      data: message.data,
      attributes: { ...message.attributes },
      messageId: message.id,
      publishTime: { seconds, nanos: Math.round(message.publishTimeMs - seconds * 1000) * 1e6 },
      orderingKey: message.orderingKey,
    },
    ...(deliveryAttempt !== undefined && { deliveryAttempt }),
  };
}
