/**
 * The messages of google.pubsub.v1 as `@grpc/proto-loader` reads and writes them: camel-case names, absent
 * fields left out, 64-bit integers as numbers, enums as names, bytes as buffers.
 */
export interface Duration {
  seconds?: number | undefined;
  nanos?: number | undefined;
}

export interface Topic {
  name: string;
  labels?: Record<string, string> | undefined;
  messageRetentionDuration?: Duration | undefined;
  state?: string | undefined;
}

export interface PushConfig {
  pushEndpoint?: string | undefined;
  attributes?: Record<string, string> | undefined;
  oidcToken?: { serviceAccountEmail?: string | undefined; audience?: string | undefined } | undefined;
  pubsubWrapper?: object | undefined;
  noWrapper?: { writeMetadata?: boolean | undefined } | undefined;
}

export interface Subscription {
  name: string;
  topic: string;
  pushConfig?: PushConfig | undefined;
  ackDeadlineSeconds?: number | undefined;
  retainAckedMessages?: boolean | undefined;
  messageRetentionDuration?: Duration | undefined;
  labels?: Record<string, string> | undefined;
  enableMessageOrdering?: boolean | undefined;
  expirationPolicy?: { ttl?: Duration | undefined } | undefined;
  filter?: string | undefined;
  deadLetterPolicy?:
    { deadLetterTopic?: string | undefined; maxDeliveryAttempts?: number | undefined } | undefined;
  retryPolicy?: { minimumBackoff?: Duration | undefined; maximumBackoff?: Duration | undefined } | undefined;
  detached?: boolean | undefined;
  state?: string | undefined;
}

export interface PubsubMessage {
  data?: Buffer | undefined;
  attributes?: Record<string, string> | undefined;
  messageId?: string | undefined;
  publishTime?: { seconds: number; nanos: number } | undefined;
  orderingKey?: string | undefined;
}

export interface ReceivedMessage {
  ackId: string;
  message: PubsubMessage;
  deliveryAttempt?: number | undefined;
}

export interface StreamingPullRequest {
  subscription?: string | undefined;
  ackIds?: string[] | undefined;
  modifyDeadlineSeconds?: number[] | undefined;
  modifyDeadlineAckIds?: string[] | undefined;
  streamAckDeadlineSeconds?: number | undefined;
  maxOutstandingMessages?: number | undefined;
  maxOutstandingBytes?: number | undefined;
  protocolVersion?: number | undefined;
}

export interface StreamingPullResponse {
  receivedMessages?: ReceivedMessage[];
  subscriptionProperties?: { exactlyOnceDeliveryEnabled: boolean; messageOrderingEnabled: boolean };
}
