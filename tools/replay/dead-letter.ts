import type { Causes } from './causes.ts';
import { hashObject } from './object-hash.ts';

/** A message of a dead-letter subscription, leased to this run. */
export interface ReceivedLetter {
  readonly ackId: string;
  /** Its own, of the dead-letter topic; the message that it was before had another, which nobody tells. */
  readonly messageId: string;
  readonly data: Buffer;
  readonly attributes: Readonly<Record<string, string>>;
  /** Empty for none. */
  readonly orderingKey: string;
}

export const LETTER_KINDS = ['object', 'command', 'slice', 'tick', 'report', 'other'] as const;

/** What a message was about: a new object, a command, a slice of an export, the scheduler's tick, a report. */
export type LetterKind = (typeof LETTER_KINDS)[number];

/** A dead letter, read. */
export interface DeadLetter extends ReceivedLetter {
  readonly kind: LetterKind;
  /** `projects/…/subscriptions/…` that gave it up; undefined where the message does not say. */
  readonly source: string | undefined;
  /** How often it was delivered there. */
  readonly deliveries: number | undefined;
  /** When it was published for the very first time, as far as is known. Milliseconds since the epoch. */
  readonly firstPublishedAtMs: number | undefined;
  /** How often it has been replayed before. */
  readonly replays: number;
  /** The last run that replayed it. */
  readonly lastRun: string | undefined;
  /** The object it tells of. */
  readonly object:
    { readonly bucket: string; readonly name: string; readonly generation: string } | undefined;
  /** Why its last delivery failed, as the functions' log has it; `unknown` where that is not known. */
  readonly cause: string;
  /** The command as JSON, where it is one without an id. */
  readonly idless: Readonly<Record<string, unknown>> | undefined;
}

/** What is published in its place. */
export interface OutgoingMessage {
  readonly data: Buffer;
  readonly attributes: Readonly<Record<string, string>>;
  readonly orderingKey: string;
}

/** What Pub/Sub writes to a message that it gives up ("Dead-letter topics"). */
const SOURCE = 'CloudPubSubDeadLetterSource';
/** What a replay writes. The functions take no notice of it. */
export const RUN_ATTRIBUTE = 'dicom-courier-replay-run';
const REPLAYS_ATTRIBUTE = 'dicom-courier-replays';
const FIRST_PUBLISHED_ATTRIBUTE = 'dicom-courier-first-published';

const KINDS: Readonly<Record<string, LetterKind>> = {
  ...{ export: 'command', delete: 'command', cleanup: 'command' },
  ...{ 'export-slice': 'slice', tick: 'tick' },
};

/** Total: whatever a message holds, it says what it is. */
export function readDeadLetter(letter: ReceivedLetter, causes: Causes): DeadLetter {
  const { attributes, data } = letter;
  const id = attributes[`${SOURCE}Subscription`];
  const project = attributes[`${SOURCE}SubscriptionProject`];
  const object = objectOf(attributes);
  const content = object === undefined ? parseJson(data) : undefined;
  const kind = object === undefined ? kindOf(content) : 'object';
  const published = attributes[FIRST_PUBLISHED_ATTRIBUTE] ?? attributes[`${SOURCE}TopicPublishTime`] ?? '';
  return {
    ...letter,
    kind,
    source: id === undefined || project === undefined ? undefined : `projects/${project}/subscriptions/${id}`,
    deliveries: numberOf(attributes[`${SOURCE}DeliveryCount`]),
    firstPublishedAtMs: numberOf(Date.parse(published)),
    replays: numberOf(attributes[REPLAYS_ATTRIBUTE]) ?? 0,
    lastRun: attributes[RUN_ATTRIBUTE],
    object,
    cause: (object && causes.get(hashObject(object))) ?? 'unknown',
    idless: kind === 'command' && content?.['id'] === undefined ? content : undefined,
  };
}

/**
 * The message that it was, with word of the replay.
 *
 * A command without an id has the id of its message, and a message that is published again has a new one: it is given an
 * id by which a replay that is repeated is one command, and not two.
 *
 * @param run names this run.
 */
export function toReplay(letter: DeadLetter, run: string): OutgoingMessage {
  const own = Object.entries(letter.attributes).filter(([name]) => !name.startsWith(SOURCE));
  const first = letter.firstPublishedAtMs;
  return {
    data:
      letter.idless === undefined
        ? letter.data
        : Buffer.from(JSON.stringify({ ...letter.idless, id: `replay-${letter.messageId}` })),
    attributes: {
      ...Object.fromEntries(own),
      [RUN_ATTRIBUTE]: run,
      [REPLAYS_ATTRIBUTE]: String(letter.replays + 1),
      ...(first === undefined ? {} : { [FIRST_PUBLISHED_ATTRIBUTE]: new Date(first).toISOString() }),
    },
    orderingKey: letter.orderingKey,
  };
}

function objectOf({
  bucketId,
  objectId,
  objectGeneration,
}: ReceivedLetter['attributes']): DeadLetter['object'] {
  if (bucketId === undefined || objectId === undefined || objectGeneration === undefined) return undefined;
  return { bucket: bucketId, name: objectId, generation: objectGeneration };
}

function kindOf(content: Readonly<Record<string, unknown>> | undefined): LetterKind {
  const { action, schema } = content ?? {};
  if (typeof schema === 'string' && schema.startsWith('dicom-courier.report.')) return 'report';
  return typeof action === 'string' && Object.hasOwn(KINDS, action) ? (KINDS[action] ?? 'other') : 'other';
}

function parseJson(data: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const content = JSON.parse(data.toString('utf8')) as unknown;
    const isRecord = typeof content === 'object' && content !== null && !Array.isArray(content);
    return isRecord ? (content as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function numberOf(value: string | number | undefined): number | undefined {
  const number = value === undefined || value === '' ? NaN : Number(value);
  return Number.isFinite(number) && Math.abs(number) < 8.64e15 ? number : undefined;
}
