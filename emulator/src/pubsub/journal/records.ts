import { storedMessage, type StoredMessage } from '../delivery/stored-message.ts';
import type { Subscription, Topic } from '../wire/messages.ts';

/** Which subscriptions still have to deliver a message, and how often each has failed to. */
export interface Recipient {
  readonly subscription: string;
  readonly failures: number;
}

/** One change of what must survive a restart. */
export type JournalRecord =
  | { readonly op: 'topic'; readonly topic: Topic }
  | { readonly op: 'topic-deleted'; readonly name: string }
  | { readonly op: 'subscription'; readonly subscription: Subscription }
  | { readonly op: 'subscription-deleted'; readonly name: string }
  | { readonly op: 'message'; readonly message: StoredMessage; readonly to: readonly Recipient[] }
  | { readonly op: 'settled'; readonly subscription: string; readonly id: string }
  | {
      readonly op: 'failed';
      readonly subscription: string;
      readonly id: string;
      readonly failures: number;
    };

/** One line of the journal, without its line break. */
export function formatRecord(record: JournalRecord): string {
  if (record.op !== 'message') return JSON.stringify(record);
  const { id, attributes, orderingKey, publishTimeMs, data } = record.message;
  const message = { id, attributes, orderingKey, publishTimeMs, data: data.toString('base64') };
  return JSON.stringify({ ...record, message });
}

/** @throws SyntaxError when the line is not JSON. The journal is this program's own, so its fields are trusted. */
export function parseRecord(line: string): JournalRecord {
  const record = JSON.parse(line) as JournalRecord;
  if (record.op !== 'message') return record;
  const { data, ...fields } = record.message as unknown as Omit<StoredMessage, 'data'> & { data: string };
  return { ...record, message: storedMessage({ ...fields, data: Buffer.from(data, 'base64') }) };
}
