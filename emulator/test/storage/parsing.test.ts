import { describe, expect, it } from '@jest/globals';
import { parseByteRange } from '../../src/storage/byte-range.ts';
import { splitTarget } from '../../src/storage/call.ts';
import { parseHashHeaders, RunningChecksums } from '../../src/storage/checksums.ts';
import { parseContentRange } from '../../src/storage/content-range.ts';
import { selectFields } from '../../src/storage/fields.ts';
import { mergePatch } from '../../src/storage/json.ts';
import { etagOf } from '../../src/storage/resources.ts';

describe('Content-Range of a resumable upload', () => {
  it.each([
    ['bytes 0-9/10', { first: 0, last: 9, total: 10 }],
    ['bytes 5-9/*', { first: 5, last: 9, total: undefined }],
    ['bytes 0-*/*', { first: 0, last: undefined, total: undefined }],
    ['bytes 7-*/10', { first: 7, last: undefined, total: 10 }],
    ['bytes */*', { first: undefined, last: undefined, total: undefined }],
    ['bytes */0', { first: undefined, last: undefined, total: 0 }],
  ])('reads %p', (header, range) => expect(parseContentRange(header)).toEqual(range));

  it.each(['', 'bytes', 'bytes 0-9', 'bytes -9/10', 'bytes 9-0/10', 'bytes 0-9/9', 'items 0-9/10'])(
    'refuses %p',
    (header) => expect(() => parseContentRange(header)).toThrow(/Content-Range/),
  );
});

describe('Range of a download of ten bytes', () => {
  it.each([
    [undefined, undefined],
    ['bytes=0-', { first: 0, last: 9 }],
    ['bytes=9-9', { first: 9, last: 9 }],
    ['bytes=4-100', { first: 4, last: 9 }],
    ['bytes=-3', { first: 7, last: 9 }],
    ['bytes=-100', { first: 0, last: 9 }],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=3-2', undefined],
    ['bytes=-', undefined],
    ['bytes=0-1,3-4', undefined],
  ])('takes %p for %p', (header, range) => expect(parseByteRange(header, 10)).toEqual(range));
});

describe('request target', () => {
  it('keeps dots and encoded slashes of the path, and decodes the query', () => {
    const { path, query } = splitTarget('/storage/v1/b/x/o/a%2F..%2Fb?name=a+b%2B%C3%BC&flag&eq=a=b');
    expect(path).toBe('/storage/v1/b/x/o/a%2F..%2Fb');
    expect([...query]).toEqual([
      ['name', 'a b+ü'],
      ['flag', ''],
      ['eq', 'a=b'],
    ]);
  });

  it('refuses what is not UTF-8', () => expect(() => splitTarget('/?name=%ff')).toThrow('percent encoding'));
});

describe('checksums', () => {
  it('are those of the published check values', () => {
    const running = new RunningChecksums();
    for (const part of ['1234', '', '56789']) running.update(Buffer.from(part));
    expect(running.digest()).toEqual({
      crc32c: Buffer.from('e3069283', 'hex').toString('base64'),
      md5Hash: Buffer.from('25f9e794323b453885f5181f1b624d0b', 'hex').toString('base64'),
    });
  });

  it.each([
    [{ 'x-goog-hash': 'crc32c=AAAAAA==,md5=bQ==' }, { crc32c: 'AAAAAA==', md5Hash: 'bQ==' }],
    [{ 'x-goog-hash': 'md5=bQ==, crc32c=AAAAAA==' }, { crc32c: 'AAAAAA==', md5Hash: 'bQ==' }],
    [{ 'content-md5': 'bQ==' }, { md5Hash: 'bQ==' }],
    [{}, {}],
  ])('are read from %j', (headers, expected) => expect(parseHashHeaders(headers)).toEqual(expected));

  it('are refused when they are of an unknown kind', () => {
    expect(() => parseHashHeaders({ 'x-goog-hash': 'sha256=x' })).toThrow('Invalid x-goog-hash');
  });
});

describe('fields', () => {
  const answer = {
    kind: 'k',
    items: [{ name: 'a', size: '1', metadata: { x: '1', y: '2' } }],
    nextPageToken: 't',
  };

  it.each([
    [null, answer],
    ['nextPageToken', { nextPageToken: 't' }],
    ['items(name),nextPageToken', { items: [{ name: 'a' }], nextPageToken: 't' }],
    ['items/size', { items: [{ size: '1' }] }],
    ['items/name,items/size', { items: [{ name: 'a', size: '1' }] }],
    ['items(metadata/x)', { items: [{ metadata: { x: '1' } }] }],
    ['*', answer],
    ['missing', {}],
  ])('select %p', (fields, expected) => expect(selectFields(answer, fields)).toEqual(expected));

  it.each(['items(', 'items)', ',', 'items(name', 'a,,b', 'a/'])('refuse %p', (fields) => {
    expect(() => selectFields(answer, fields)).toThrow('Invalid field selection');
  });
});

describe('patch', () => {
  it('merges objects, removes nulls and replaces the rest', () => {
    const before = { labels: { a: '1', b: '2' }, list: [1], gone: 1, kept: 1 };
    const patch = { labels: { a: null, c: '3' }, list: [2], gone: null };
    expect(mergePatch(before, patch)).toEqual({ labels: { b: '2', c: '3' }, list: [2], kept: 1 });
  });

  it('keeps a member called __proto__ a member', () => {
    const patched = mergePatch({}, JSON.parse('{"__proto__":{"polluted":"1"}}') as Record<string, unknown>);
    expect(JSON.stringify(patched)).toBe('{"__proto__":{"polluted":"1"}}');
    expect(Object.getPrototypeOf(patched)).toBe(Object.prototype);
  });
});

describe('etag', () => {
  it('is the protocol buffer of generation and metageneration', () => {
    expect(Buffer.from(etagOf({ generation: 300, metageneration: 1 }), 'base64').toString('hex')).toBe(
      '08ac021001',
    );
    expect(etagOf({ metageneration: 1 })).toBe('EAE=');
  });
});
