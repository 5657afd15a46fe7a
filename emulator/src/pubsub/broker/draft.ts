import { contentBytes } from '../delivery/stored-message.ts';
import { StatusError } from '../status-error.ts';
import type { PubsubMessage } from '../wire/messages.ts';

/** A message that a publisher hands in. */
export interface Draft {
  readonly data: Buffer;
  readonly attributes: Readonly<Record<string, string>>;
  readonly orderingKey: string;
}

const MAX_MESSAGES = 1000;
const MAX_REQUEST_BYTES = 10_000_000;
const MAX_ATTRIBUTES = 100;
const MAX_KEY_BYTES = 256;
const MAX_VALUE_BYTES = 1024;
const MAX_ORDERING_KEY_BYTES = 1024;

/**
 * The messages of one publish request, within Google's limits (cloud.google.com/pubsub/quotas).
 *
 * @throws StatusError INVALID_ARGUMENT naming the limit.
 */
export function checkDrafts(messages: readonly PubsubMessage[]): Draft[] {
  if (messages.length === 0) throw invalid('No messages to publish.');
  if (messages.length > MAX_MESSAGES) {
    throw invalid(`The request has ${messages.length} messages; at most ${MAX_MESSAGES} are allowed.`);
  }
  const drafts = messages.map(checkDraft);
  const bytes = drafts.reduce((sum, draft) => sum + contentBytes(draft), 0);
  if (bytes > MAX_REQUEST_BYTES) {
    throw invalid(`The messages have ${bytes} bytes; at most ${MAX_REQUEST_BYTES} are allowed in a request.`);
  }
  return drafts;
}

function checkDraft(message: PubsubMessage): Draft {
  const { data = Buffer.alloc(0), attributes = {}, orderingKey = '' } = message;
  const entries = Object.entries(attributes);
  if (data.length === 0 && entries.length === 0) {
    throw invalid(
      'One or more messages in the publish request is empty. Each message must contain either non-empty data, or at least one attribute.',
    );
  }
  if (entries.length > MAX_ATTRIBUTES) {
    throw invalid(`A message has ${entries.length} attributes; at most ${MAX_ATTRIBUTES} are allowed.`);
  }
  for (const [key, value] of entries) {
    if (key === '' || Buffer.byteLength(key) > MAX_KEY_BYTES || key.startsWith('goog')) {
      throw invalid(
        `The attribute key '${key.slice(0, 80)}' is not allowed: 1 to ${MAX_KEY_BYTES} bytes, not beginning with goog.`,
      );
    }
    if (Buffer.byteLength(value) > MAX_VALUE_BYTES) {
      throw invalid(`The value of attribute '${key}' is longer than ${MAX_VALUE_BYTES} bytes.`);
    }
  }
  if (Buffer.byteLength(orderingKey) > MAX_ORDERING_KEY_BYTES) {
    throw invalid(`An ordering key is longer than ${MAX_ORDERING_KEY_BYTES} bytes.`);
  }
  return { data, attributes, orderingKey };
}

function invalid(message: string): StatusError {
  return new StatusError('INVALID_ARGUMENT', message);
}
