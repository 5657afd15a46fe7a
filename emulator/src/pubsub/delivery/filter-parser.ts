import { filterError, tokenize, type Token } from './filter-lexer.ts';

/** Whether a message with these attributes is delivered. */
export type Filter = (attributes: Readonly<Record<string, string>>) => boolean;

const MAX_FILTER_BYTES = 256;

/**
 * A subscription's filter, e.g. `attributes:study AND (attributes.kind = "ct" OR NOT hasPrefix(attributes.kind, "m"))`.
 *
 * `NOT` or `-` binds tightest; `AND` and `OR` are not mixed without parentheses; operators are upper case;
 * `!=` also matches a message without the attribute. The empty filter matches everything.
 * Source: cloud.google.com/pubsub/docs/subscription-message-filter.
 *
 * @throws StatusError INVALID_ARGUMENT with the offset of the first mistake.
 */
export function parseFilter(filter: string): Filter {
  if (filter === '') return () => true;
  if (Buffer.byteLength(filter) > MAX_FILTER_BYTES) {
    throw filterError(filter.slice(0, 40), MAX_FILTER_BYTES, `more than ${MAX_FILTER_BYTES} bytes`);
  }
  const cursor = new Cursor(filter);
  const parsed = parseExpression(cursor);
  cursor.expect('end');
  return parsed;
}

class Cursor {
  readonly #filter: string;
  readonly #tokens: readonly Token[];
  #index = 0;

  constructor(filter: string) {
    this.#filter = filter;
    this.#tokens = tokenize(filter);
  }

  /** Takes the next token if it is this one. */
  accept(kind: Token['kind'], text?: string): Token | undefined {
    const token = this.#tokens[this.#index];
    if (token?.kind !== kind || (text !== undefined && token.text !== text)) return undefined;
    this.#index += 1;
    return token;
  }

  expect(kind: Token['kind'], text?: string): Token {
    return (
      this.accept(kind, text) ?? this.fail(text === undefined ? `expected a ${kind}` : `expected '${text}'`)
    );
  }

  fail(problem: string): never {
    const token = this.#tokens[this.#index];
    throw filterError(this.#filter, token?.at ?? 0, `${problem}, found '${token?.text ?? ''}'`);
  }
}

function parseExpression(cursor: Cursor): Filter {
  const first = parseTerm(cursor);
  const operator = cursor.accept('word', 'AND') ?? cursor.accept('word', 'OR');
  if (operator === undefined) return first;
  const terms = [first, parseTerm(cursor)];
  while (cursor.accept('word', operator.text) !== undefined) terms.push(parseTerm(cursor));
  return operator.text === 'AND'
    ? (attributes) => terms.every((term) => term(attributes))
    : (attributes) => terms.some((term) => term(attributes));
}

function parseTerm(cursor: Cursor): Filter {
  if (cursor.accept('word', 'NOT') !== undefined || cursor.accept('sign', '-') !== undefined) {
    const negated = parseTerm(cursor);
    return (attributes) => !negated(attributes);
  }
  if (cursor.accept('sign', '(') !== undefined) {
    const inner = parseExpression(cursor);
    cursor.expect('sign', ')');
    return inner;
  }
  return cursor.accept('word', 'hasPrefix') === undefined ? parseComparison(cursor) : parseHasPrefix(cursor);
}

function parseComparison(cursor: Cursor): Filter {
  cursor.expect('word', 'attributes');
  if (cursor.accept('sign', ':') !== undefined) {
    const key = parseKey(cursor);
    return (attributes) => Object.hasOwn(attributes, key);
  }
  cursor.expect('sign', '.');
  const key = parseKey(cursor);
  const isEqual = cursor.accept('sign', '=') !== undefined;
  if (!isEqual) cursor.expect('sign', '!=');
  const value = cursor.expect('string').text;
  return (attributes) => (valueOf(attributes, key) === value) === isEqual;
}

function parseHasPrefix(cursor: Cursor): Filter {
  cursor.expect('sign', '(');
  cursor.expect('word', 'attributes');
  cursor.expect('sign', '.');
  const key = parseKey(cursor);
  cursor.expect('sign', ',');
  const prefix = cursor.expect('string').text;
  cursor.expect('sign', ')');
  return (attributes) => valueOf(attributes, key)?.startsWith(prefix) === true;
}

function parseKey(cursor: Cursor): string {
  const token = cursor.accept('string') ?? cursor.accept('word') ?? cursor.fail('expected an attribute key');
  return token.text;
}

function valueOf(attributes: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(attributes, key) ? attributes[key] : undefined;
}
