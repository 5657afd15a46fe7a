import { describe, expect, it } from '@jest/globals';
import { parseFilter } from '../../src/pubsub/delivery/filter-parser.ts';
import { StatusError } from '../../src/pubsub/status-error.ts';

const study = { kind: 'ct', site: 'north', 'iana.org/tag': 'en' };

describe('a subscription filter', () => {
  it.each<[filter: string, matches: boolean]>([
    ['', true],
    ['attributes:kind', true],
    ['attributes:absent', false],
    ['attributes:toString', false],
    ['attributes:"iana.org/tag"', true],
    ['attributes."iana.org/tag" = "en"', true],
    ['attributes.kind = "ct"', true],
    ['attributes.kind="mr"', false],
    ['attributes.kind = "CT"', false],
    ['attributes.kind != "ct"', false],
    ['attributes.absent != "ct"', true],
    ['hasPrefix(attributes.site, "nor")', true],
    ['hasPrefix(attributes.absent, "")', false],
    ['NOT attributes:kind', false],
    ['-attributes:absent', true],
    ['NOT NOT attributes:kind', true],
    ['attributes:kind AND NOT attributes.kind = "mr"', true],
    ['NOT attributes:kind AND attributes:site', false],
    ['attributes:absent OR attributes:kind OR attributes:site', true],
    ['attributes:kind AND (attributes.site = "south" OR attributes.site = "north")', true],
    ['attributes.kind = "\\u0063\\x74"', true],
    ['attributes.kind = "\\143t"', true],
    ['attributes.kind = "\\"ct\\""', false],
  ])('%s matches: %s', (filter, matches) => {
    expect(parseFilter(filter)(study)).toBe(matches);
  });

  it.each([
    'attributes',
    'attributes:',
    'attributes.kind',
    'attributes.kind = ct',
    'attributes.kind = "ct',
    'attributes.kind == "ct"',
    'attributes.kind < "ct"',
    'attributes:kind and attributes:site',
    'attributes:a AND attributes:b OR attributes:c',
    'attributes.kind = "ct" AND ("mr" OR "us")',
    '(attributes:kind',
    'attributes:kind)',
    'hasSuffix(attributes.kind, "t")',
    'hasPrefix(attributes:kind, "t")',
    'data = "x"',
    'attributes:\\u307F',
    'attributes:"\\q"',
    `attributes.kind = "${'x'.repeat(256)}"`,
  ])('%s is refused as an invalid argument', (filter) => {
    expect(() => parseFilter(filter)).toThrow(StatusError);
    expect(() => parseFilter(filter)).toThrow(/^Invalid filter: .* at offset \d+ of /);
  });
});
