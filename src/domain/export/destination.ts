/** A place in a bucket for exports: a bucket and the beginning of every name. */
export interface Destination {
  readonly bucket: string;
  /** Empty for the whole bucket; otherwise it ends in a slash. */
  readonly prefix: string;
}

/** Where the worker keeps what it adds to an export; no instance may be named into it. */
export const OWN_FOLDER = '_courier/';

const BUCKET = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;

/**
 * Reads `gs://BUCKET/` or `gs://BUCKET/PREFIX/`.
 *
 * @returns undefined for anything else: without the last slash, or with a segment that is empty or leads elsewhere when
 *   somebody copies the objects into folders.
 */
export function parseDestination(text: string): Destination | undefined {
  const [, bucket = '', prefix = ''] = /^gs:\/\/([^/]+)\/(.*)$/su.exec(text) ?? [];
  if (!BUCKET.test(bucket)) return undefined;
  if (prefix === '') return { bucket, prefix };
  const segments = prefix.split('/');
  if (segments.pop() !== '' || !segments.every(isSafeSegment)) return undefined;
  return { bucket, prefix };
}

/** Control characters, and what Cloud Storage advises against ("Object naming guidelines"). */
const UNSAFE = /[\p{C}\\#[\]*?:"<>|]/u;

/** Whether a text may stand between two slashes of an object's name. */
export function isSafeSegment(segment: string): boolean {
  return segment !== '' && segment !== '.' && segment !== '..' && !UNSAFE.test(segment);
}

/** Whether everything under `inner` is also under `outer`. */
export function containsDestination(outer: Destination, inner: Destination): boolean {
  return outer.bucket === inner.bucket && inner.prefix.startsWith(outer.prefix);
}

export function formatDestination({ bucket, prefix }: Destination): string {
  return `gs://${bucket}/${prefix}`;
}

/** The manifest of an export, beside its objects. */
export function manifestName({ prefix }: Destination, id: string): string {
  return `${prefix}${OWN_FOLDER}${id}/manifest.jsonl`;
}
