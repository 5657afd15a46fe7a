/** A Pub/Sub message as a service publishes it. */
export interface OutgoingMessage {
  readonly data: Buffer;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * How a stand-in publishes to a topic, e.g. Storage its notifications.
 *
 * @param topic the full resource name, `projects/P/topics/T`.
 * @throws when the topic does not exist.
 */
export type Publish = (topic: string, message: OutgoingMessage) => Promise<void>;
