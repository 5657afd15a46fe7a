import { GoogleError } from '../http/google-error.ts';
import { isJsonObject } from './json.ts';

/** What to keep of an object, by member; undefined keeps a member as a whole. */
type Mask = Map<string, Mask | undefined>;

/**
 * The part of an answer that a `fields` parameter asks for, e.g. `items(name,metadata/study),nextPageToken`.
 *
 * @throws GoogleError 400 when the mask cannot be read.
 */
export function selectFields(answer: unknown, fields: string | null): unknown {
  if (fields === null || fields === '') return answer;
  const tokens = fields.match(/[^,/()\s]+|[,/()]/g) ?? [];
  const mask = parseMask(tokens, fields);
  if (tokens.length > 0) throw invalid(fields);
  return apply(answer, mask);
}

function parseMask(tokens: string[], fields: string): Mask {
  const mask: Mask = new Map();
  do {
    const name = tokens.shift();
    if (name === undefined || /^[,/()]$/.test(name)) throw invalid(fields);
    const inner = parseInner(tokens, fields);
    const before = mask.get(name);
    mask.set(name, before !== undefined && inner !== undefined ? new Map([...before, ...inner]) : inner);
  } while (tokens[0] === ',' && tokens.shift() !== undefined);
  return mask;
}

function parseInner(tokens: string[], fields: string): Mask | undefined {
  if (tokens[0] === '/') {
    tokens.shift();
    const name = tokens.shift();
    if (name === undefined) throw invalid(fields);
    return new Map([[name, parseInner(tokens, fields)]]);
  }
  if (tokens[0] !== '(') return undefined;
  tokens.shift();
  const inner = parseMask(tokens, fields);
  if (tokens.shift() !== ')') throw invalid(fields);
  return inner;
}

function apply(value: unknown, mask: Mask): unknown {
  if (Array.isArray(value)) return value.map((element) => apply(element, mask));
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).flatMap(([name, member]) => {
    if (!mask.has(name) && !mask.has('*')) return [];
    const inner = mask.get(name) ?? mask.get('*');
    return [[name, inner === undefined ? member : apply(member, inner)] as const];
  });
  return Object.fromEntries(kept);
}

function invalid(fields: string): GoogleError {
  return new GoogleError(400, `Invalid field selection ${fields}`, 'invalidParameter');
}
