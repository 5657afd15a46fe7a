import { describe, expect, it } from '@jest/globals';
import {
  containsDestination,
  formatDestination,
  manifestName,
  parseDestination,
} from '../../../../src/domain/export/destination.ts';

describe('parseDestination', () => {
  it.each([
    ['gs://exports/', { bucket: 'exports', prefix: '' }],
    ['gs://exports/trial-42/', { bucket: 'exports', prefix: 'trial-42/' }],
    ['gs://my.bucket_1/a/b c/ü/', { bucket: 'my.bucket_1', prefix: 'a/b c/ü/' }],
  ])('reads %s, and writes it the same', (text, destination) => {
    expect(parseDestination(text)).toEqual(destination);
    expect(formatDestination(destination)).toBe(text);
  });

  it.each([
    ['no scheme', 'exports/trial/'],
    ['another scheme', 's3://exports/trial/'],
    ['no slash behind the bucket', 'gs://exports'],
    ['no slash at the end', 'gs://exports/trial'],
    ['a step upwards', 'gs://exports/trial/../other/'],
    ['a step nowhere', 'gs://exports/./'],
    ['an empty segment', 'gs://exports/trial//'],
    ['a control character', 'gs://exports/a\nb/'],
    ['a character that leads to wildcards', 'gs://exports/a*/'],
    ['a backslash', 'gs://exports/a\\..\\b/'],
    ['no bucket', 'gs:///trial/'],
    ['a bucket in capitals', 'gs://Exports/'],
  ])('refuses %s', (_name, text) => {
    expect(parseDestination(text)).toBeUndefined();
  });
});

describe('containsDestination', () => {
  const allowed = { bucket: 'exports', prefix: 'trials/' };

  it.each([
    ['the place itself', { bucket: 'exports', prefix: 'trials/' }, true],
    ['a place below', { bucket: 'exports', prefix: 'trials/42/' }, true],
    ['a place beside it with a similar name', { bucket: 'exports', prefix: 'trials-2/' }, false],
    ['a place above', { bucket: 'exports', prefix: '' }, false],
    ['another bucket', { bucket: 'inbox', prefix: 'trials/' }, false],
  ])('says of %s: %j %s', (_name, inner, isInside) => {
    expect(containsDestination(allowed, inner)).toBe(isInside);
  });
});

it('keeps the manifest beside the objects', () => {
  expect(manifestName({ bucket: 'b', prefix: 'p/' }, 'trial')).toBe('p/_courier/trial/manifest.jsonl');
});
