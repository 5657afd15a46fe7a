import { GoogleError } from '../http/google-error.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws GoogleError 400 naming `what` when the value is not a JSON object. */
export function expectObject(value: unknown, what: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw new GoogleError(400, `Invalid value for: ${what} must be an object.`);
}

/**
 * A 64-bit integer, which the JSON API writes as a string and also takes as a number.
 *
 * Generations are microseconds since 1970, so they stay exact in a double until the year 2255.
 *
 * @throws GoogleError 400 naming `what`.
 */
export function expectInt64(value: unknown, what: string): number {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw new GoogleError(400, `Invalid value for: ${what} is not a valid int64.`);
}

/** A patch in the sense of RFC 7396: null removes a member, objects are merged, anything else replaces. */
export function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(target));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      merged.delete(key);
    } else if (isJsonObject(value)) {
      const before = merged.get(key);
      merged.set(key, mergePatch(isJsonObject(before) ? before : {}, value));
    } else {
      merged.set(key, value);
    }
  }
  return Object.fromEntries(merged);
}
