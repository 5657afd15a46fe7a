import { StatusError } from '../status-error.ts';
import { resolveType, type ProtoField, type ProtoNode } from './protos.ts';
import { WELL_KNOWN_JSON } from './well-known-json.ts';

/**
 * A message of the API from its JSON form.
 *
 * Fields are taken in camel case and in snake case, base64 in both alphabets, as Google's front end does.
 *
 * @param type name in google.pubsub.v1, or a full name.
 * @throws StatusError INVALID_ARGUMENT for an unknown field or a value of the wrong kind.
 */
export function fromJson(type: string, json: unknown): Record<string, unknown> {
  const { fullName, node } = messageType(type);
  return readMessage(fullName, node, json, fullName) as Record<string, unknown>;
}

/** The JSON form of a message: empty and default values are left out. */
export function toJson(type: string, message: object): Record<string, unknown> {
  const { fullName, node } = messageType(type);
  return writeMessage(fullName, node, message) as Record<string, unknown>;
}

/** The declared field of a message by its camel-case or snake-case name. */
export function fieldOf(node: ProtoNode, name: string): readonly [string, ProtoField] | undefined {
  const camel = toCamelCase(name);
  const field = Object.hasOwn(node.fields ?? {}, camel) ? node.fields?.[camel] : undefined;
  return field === undefined ? undefined : [camel, field];
}

/** `ack_deadline_seconds` as `ackDeadlineSeconds`; camel case stays as it is. */
export function toCamelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** One value of a scalar or enum type from its JSON or query-string form. */
export function readScalar(field: ProtoField, scope: string, value: unknown, path: string): unknown {
  const named = resolveType(field.type, scope);
  if (named?.node.values !== undefined) return readEnum(named.node, value, path);
  switch (field.type) {
    case 'string':
      if (typeof value === 'string') return value;
      break;
    case 'bool':
      if (typeof value === 'boolean') return value;
      if (value === 'true' || value === 'false') return value === 'true';
      break;
    case 'bytes':
      if (typeof value === 'string' && /^[A-Za-z0-9+/_-]*={0,2}$/.test(value)) {
        return Buffer.from(value, 'base64');
      }
      break;
    case 'double':
    case 'float':
      if (typeof value === 'number') return value;
      break;
    default: {
      const number = typeof value === 'string' && value !== '' ? Number(value) : value;
      if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
    }
  }
  throw invalid(path, field.type);
}

function readMessage(fullName: string, node: ProtoNode, json: unknown, path: string): object {
  const wellKnown = WELL_KNOWN_JSON[fullName];
  if (wellKnown !== undefined) {
    if (typeof json !== 'string') throw invalid(path, fullName);
    return wellKnown.read(json);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw invalid(path, fullName);
  const message: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(json)) {
    const field = fieldOf(node, name);
    if (field === undefined) {
      throw new StatusError(
        'INVALID_ARGUMENT',
        `Invalid JSON payload received. Unknown name "${name}" at '${path}': Cannot find field.`,
      );
    }
    // In JSON null means that the field is not set.
    if (value !== null) message[field[0]] = readField(field[1], fullName, value, `${path}.${name}`);
  }
  return message;
}

function readField(field: ProtoField, scope: string, value: unknown, path: string): unknown {
  if (field.keyType !== undefined) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(path, 'map');
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, readOne(field, scope, item, `${path}.${key}`)]),
    );
  }
  if (field.rule !== 'repeated') return readOne(field, scope, value, path);
  if (!Array.isArray(value)) throw invalid(path, 'list');
  return value.map((item, index) => readOne(field, scope, item, `${path}[${index}]`));
}

function readOne(field: ProtoField, scope: string, value: unknown, path: string): unknown {
  const named = resolveType(field.type, scope);
  return named === undefined || named.node.values !== undefined
    ? readScalar(field, scope, value, path)
    : readMessage(named.fullName, named.node, value, path);
}

function readEnum(node: ProtoNode, value: unknown, path: string): string {
  const found = Object.entries(node.values ?? {}).find(
    ([name, number]) => value === name || value === number,
  );
  if (found === undefined) throw invalid(path, 'enum');
  return found[0];
}

function writeMessage(fullName: string, node: ProtoNode, message: object): unknown {
  const wellKnown = WELL_KNOWN_JSON[fullName];
  if (wellKnown !== undefined) return wellKnown.write(message);
  const json: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(message) as [string, unknown][]) {
    const field = fieldOf(node, name)?.[1];
    if (field === undefined || isDefault(value)) continue;
    json[name] = writeField(field, fullName, value);
  }
  return json;
}

function writeField(field: ProtoField, scope: string, value: unknown): unknown {
  const named = resolveType(field.type, scope);
  const one = (item: unknown): unknown => {
    if (Buffer.isBuffer(item)) return item.toString('base64');
    if (named === undefined || named.node.values !== undefined) {
      return /64$/.test(field.type) ? String(item) : item;
    }
    return writeMessage(named.fullName, named.node, item as object);
  };
  if (field.keyType !== undefined) {
    return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, one(item)]));
  }
  return Array.isArray(value) ? value.map(one) : one(value);
}

/** Messages that are set are written even when they are empty: `expirationPolicy: {}` means "never". */
function isDefault(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true;
  return (Buffer.isBuffer(value) || Array.isArray(value)) && value.length === 0;
}

function messageType(type: string): { readonly fullName: string; readonly node: ProtoNode } {
  const found = resolveType(type);
  if (found === undefined) throw new Error(`There is no message type ${type}.`);
  return found;
}

function invalid(path: string, type: string): StatusError {
  return new StatusError('INVALID_ARGUMENT', `Invalid value at '${path}' (${type}).`);
}
