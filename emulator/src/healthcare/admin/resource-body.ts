import { GoogleError } from '../../http/google-error.ts';

const UNSUPPORTED_STORE_FIELDS = ['notificationConfig', 'notificationConfigs', 'streamConfigs'];

/**
 * The fields of a dataset in a request body.
 *
 * @throws GoogleError 400 when the body is not such an object.
 */
export function parseDataset(body: unknown): Record<string, unknown> {
  return pick(body, ['timeZone'], 'string');
}

/**
 * The fields of a DICOM store in a request body.
 *
 * @throws GoogleError 400 when the body is not such an object; 501 when it asks for notifications or streams,
 *   which would be accepted and then never sent.
 */
export function parseDicomStore(body: unknown): Record<string, unknown> {
  const unsupported = UNSUPPORTED_STORE_FIELDS.find((field) => Object.hasOwn(asObject(body), field));
  if (unsupported !== undefined) {
    throw new GoogleError(501, `The local stand-in sends nothing to the targets of ${unsupported}.`);
  }
  return pick(body, ['labels'], 'object');
}

function pick(body: unknown, fields: readonly string[], type: 'string' | 'object'): Record<string, unknown> {
  const entries = Object.entries(asObject(body)).filter(([field]) => field !== 'name');
  for (const [field, value] of entries) {
    if (!fields.includes(field)) {
      throw new GoogleError(
        400,
        `Invalid JSON payload received. Unknown name "${field}": Cannot find field.`,
      );
    }
    if (typeof value !== type) throw new GoogleError(400, `Invalid value at '${field}'.`);
  }
  return Object.fromEntries(entries);
}

function asObject(body: unknown): Record<string, unknown> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body))
    return body as Record<string, unknown>;
  throw new GoogleError(400, 'Invalid JSON payload received. The body must be an object.');
}
