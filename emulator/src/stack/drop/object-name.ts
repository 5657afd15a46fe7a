import { sep } from 'node:path';

const MAX_NAME_BYTES = 1024;
/** What copying programs, browsers and editors name a file that is not finished. */
const TEMPORARY = /(?:~|\.(?:part|partial|tmp|crdownload))$/i;

/**
 * Whether a file or folder is nobody's image: hidden, or not finished.
 *
 * @param relativePath below the drop folder, in the machine's own form.
 */
export function isIgnored(relativePath: string): boolean {
  return relativePath.split(sep).some((name) => name.startsWith('.') || TEMPORARY.test(name));
}

/** The name a dropped file has in the inbox bucket: its path below the drop folder, with slashes. */
export function objectNameOf(relativePath: string): string {
  return relativePath.split(sep).join('/');
}

/** Why Cloud Storage would never take the name, or undefined when it does. */
export function whyNotAnObjectName(name: string): string | undefined {
  if (/[\r\n]/.test(name)) return 'a line break cannot be part of an object name';
  const sizeBytes = Buffer.byteLength(name);
  if (sizeBytes > MAX_NAME_BYTES) {
    return `with its folders the name has ${sizeBytes} bytes, and ${MAX_NAME_BYTES} are the most`;
  }
  return undefined;
}
