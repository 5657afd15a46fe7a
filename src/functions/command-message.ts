import * as v from 'valibot';

/** A command as Pub/Sub pushes it ("Push subscriptions": `message.data` is base64). */
export interface CommandMessage {
  readonly messageId: string;
  /** When it was published. Milliseconds since the epoch. */
  readonly publishedAtMs: number;
  /** Which delivery this is, as far as the platform tells; at least 1. */
  readonly attempts: number;
  /** The JSON of the message; undefined where it is none. */
  readonly content: unknown;
  /** Why the content is undefined. */
  readonly problem: string | undefined;
}

/** Longer commands are refused; Pub/Sub itself takes messages of 10 MB. */
const LONGEST_COMMAND_BYTES = 1024 * 1024;

const push = v.object({
  message: v.object({
    messageId: v.pipe(v.string(), v.nonEmpty()),
    publishTime: v.pipe(v.string(), v.isoTimestamp()),
    data: v.optional(v.string(), ''),
  }),
  deliveryAttempt: v.optional(v.fallback(v.pipe(v.number(), v.integer(), v.minValue(1)), 1), 1),
});

/**
 * Reads the envelope, once.
 *
 * @returns undefined when the request is not a push of Pub/Sub: then there is nobody to tell, and it is given back.
 */
export function readCommandMessage(body: unknown): CommandMessage | undefined {
  const result = v.safeParse(push, body);
  if (!result.success) return undefined;
  const { message, deliveryAttempt } = result.output;
  return {
    messageId: message.messageId,
    publishedAtMs: Date.parse(message.publishTime),
    attempts: deliveryAttempt,
    ...readContent(message.data),
  };
}

function readContent(data: string): Pick<CommandMessage, 'content' | 'problem'> {
  if (data === '') return { content: undefined, problem: 'the message has no data' };
  const bytes = Buffer.from(data, 'base64');
  if (bytes.length > LONGEST_COMMAND_BYTES) {
    return { content: undefined, problem: `the message is longer than ${LONGEST_COMMAND_BYTES} bytes` };
  }
  try {
    return { content: JSON.parse(bytes.toString('utf8')) as unknown, problem: undefined };
  } catch {
    return { content: undefined, problem: 'the message is not JSON' };
  }
}
