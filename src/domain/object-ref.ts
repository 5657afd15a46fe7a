import { createHash } from 'node:crypto';

/** An object in a bucket. The generation makes it one immutable thing: a later upload of the name is another object. */
export interface ObjectRef {
  readonly bucket: string;
  readonly name: string;
  /** A 64-bit integer, kept as the decimal string that the JSON API gives. */
  readonly generation: string;
}

/** An object whose event is being handled. */
export interface IncomingObject extends ObjectRef {
  /** When this generation came to be, as the event says. Milliseconds since the epoch; undefined where it does not say. */
  readonly finalizedAtMs: number | undefined;
}

/** `bucket/name#generation`, the identity that everything idempotent is derived from. */
export function formatObjectRef({ bucket, name, generation }: ObjectRef): string {
  return `${bucket}/${name}#${generation}`;
}

/**
 * A name for the object that says nothing about it.
 *
 * Object names may carry patients' names, so this hash stands for them in logs, report ids and quarantine.
 *
 * @returns 32 hexadecimal digits of the SHA-256 of {@link formatObjectRef}.
 */
export function hashObjectRef(ref: ObjectRef): string {
  return createHash('sha256').update(formatObjectRef(ref)).digest('hex').slice(0, 32);
}
