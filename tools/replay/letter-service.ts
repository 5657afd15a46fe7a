import type { OutgoingMessage, ReceivedLetter } from './dead-letter.ts';

/** Publishes, confirmed. */
export interface MessageService {
  /**
   * All of them, or none that is known of.
   *
   * @param topic `projects/…/topics/…`.
   * @throws RefusedMessage when it is the messages that are refused.
   */
  publish(topic: string, messages: readonly OutgoingMessage[]): Promise<void>;
}

/** One dead-letter subscription, and where its messages came from. */
export interface LetterService extends MessageService {
  /** What is there at once; may be less than there is. */
  pull(most: number): Promise<readonly ReceivedLetter[]>;
  /** Nobody else gets these messages for as long. @param seconds 0 gives them back at once. */
  extend(ackIds: readonly string[], seconds: number): Promise<void>;
  acknowledge(ackIds: readonly string[]): Promise<void>;
  /**
   * The topic that a subscription reads.
   *
   * @param source `projects/…/subscriptions/…`, as a message claims.
   * @throws Error that says why its messages cannot be sent back: it is gone, or gives nothing up to this dead-letter topic.
   */
  topicOf(source: string): Promise<string>;
}

/** Pub/Sub will not have these messages, however often they are sent. */
export class RefusedMessage extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RefusedMessage';
  }
}
