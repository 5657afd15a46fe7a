import { createHash } from 'node:crypto';

/** How the worker's log names an object without saying its name: `objectHash`. */
export function hashObject(object: {
  readonly bucket: string;
  readonly name: string;
  readonly generation: string;
}): string {
  const { bucket, name, generation } = object;
  return createHash('sha256').update(`${bucket}/${name}#${generation}`).digest('hex').slice(0, 32);
}
