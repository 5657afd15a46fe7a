import { GoogleError } from '../http/google-error.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import type { ObjectSettings } from './records.ts';

const HEADERS = ['contentType', 'contentEncoding', 'contentDisposition', 'contentLanguage', 'cacheControl'];
const HOLDS = ['temporaryHold', 'eventBasedHold'];
const CUSTOM_METADATA_LIMIT_BYTES = 8192;
/** Fields that change what the service does and that the stand-in cannot do: better refused than ignored. */
const UNSUPPORTED = ['retention', 'kmsKeyName'];

/**
 * The settings in an object resource that a client sent. What the service itself decides (size, generation …) is
 * passed over, as the service does.
 *
 * @throws GoogleError 400 for a value of the wrong kind, 501 for a field the stand-in does not carry out.
 */
export function parseSettings(resource: JsonObject): ObjectSettings {
  return patchSettings({}, resource);
}

/**
 * The settings after a patch: a field that is not named stays, null removes it, and the keys of `metadata` are
 * patched one by one.
 */
export function patchSettings(current: ObjectSettings, patch: JsonObject): ObjectSettings {
  const refused = UNSUPPORTED.find((field) => Object.hasOwn(patch, field));
  if (refused !== undefined) throw new GoogleError(501, `The storage stand-in does not support ${refused}.`);
  const settings = new Map<string, unknown>(Object.entries(current));
  for (const field of [...HEADERS, ...HOLDS, 'customTime', 'metadata']) {
    const value = patch[field];
    if (value === undefined) continue;
    if (value === null) settings.delete(field);
    else settings.set(field, checked(field, value, current));
  }
  return Object.fromEntries(settings);
}

/** Whether a resource sets anything; a copy without any keeps the settings of its source. */
export function hasSettings(resource: JsonObject): boolean {
  return Object.keys(parseSettings(resource)).length > 0;
}

function checked(field: string, value: unknown, current: ObjectSettings): unknown {
  if (field === 'metadata') return patchMetadata(current.metadata ?? {}, value);
  if (HOLDS.includes(field) && typeof value === 'boolean') return value;
  if (field === 'customTime' && typeof value === 'string' && !Number.isNaN(Date.parse(value))) {
    return new Date(value).toISOString();
  }
  // These become response headers, so they must be able to be ones.
  if (HEADERS.includes(field) && typeof value === 'string' && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
    return value;
  }
  throw new GoogleError(400, `Invalid value for: ${field}`);
}

function patchMetadata(
  current: Readonly<Record<string, string>>,
  patch: unknown,
): Readonly<Record<string, string>> {
  if (!isJsonObject(patch)) throw new GoogleError(400, 'Invalid value for: metadata must be an object.');
  const metadata = new Map(Object.entries(current));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) metadata.delete(key);
    else if (typeof value === 'string') metadata.set(key, value);
    else throw new GoogleError(400, `Invalid value for: metadata.${key} must be a string.`);
  }
  let sizeBytes = 0;
  for (const [key, value] of metadata) sizeBytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  if (sizeBytes > CUSTOM_METADATA_LIMIT_BYTES) {
    throw new GoogleError(400, `Custom metadata is larger than ${CUSTOM_METADATA_LIMIT_BYTES} bytes.`);
  }
  return Object.fromEntries(metadata);
}
