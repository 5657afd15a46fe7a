import * as v from 'valibot';
import { parseDuration } from '../duration.ts';

/** What variables of the environment are made of. Every message goes on from the name of the variable. */

/** Variables that are given, as text. */
export type Environment = Readonly<Record<string, string | undefined>>;

export const required = v.pipe(v.string('is missing'), v.nonEmpty('is empty'));

export const optionalText = v.optional(v.string());

/** In milliseconds, longer than nothing. */
export const duration = (fallback: string) =>
  v.pipe(durationOrNone(fallback), v.minValue(1, 'has to be longer than nothing'));

/** In milliseconds, where `0s` switches off what waits. */
export const durationOrNone = (fallback: string) =>
  v.pipe(
    v.optional(v.string(), fallback),
    v.transform(parseDuration),
    v.number('has to be a duration such as 500ms, 30s, 10m, 1h or 7d'),
  );

export const bytes = (fallback: number) =>
  v.pipe(
    v.optional(v.string(), String(fallback)),
    v.transform(Number),
    v.integer('has to be a number of bytes'),
    v.minValue(1024, 'has to be at least 1024'),
  );

/** A whole number from 1 to `most`. */
export const count = (fallback: number, most: number) => {
  const message = `has to be a whole number from 1 to ${most}`;
  return v.pipe(
    v.optional(v.string(), String(fallback)),
    v.transform(Number),
    v.check((value) => Number.isInteger(value) && value >= 1 && value <= most, message),
  );
};

/** A part of a whole: more than none of it, at most all. */
export const share = (fallback: number) =>
  v.pipe(
    v.optional(v.string(), String(fallback)),
    v.transform(Number),
    v.check((value) => value > 0 && value <= 1, 'has to be a share: more than 0, at most 1'),
  );

/** `true` or `false`, which it is where it is not given. */
export const flag = v.pipe(
  v.optional(v.picklist(['true', 'false'], 'has to be true or false'), 'false'),
  v.transform((text) => text === 'true'),
);

export const requestsPerSecond = v.pipe(
  v.optional(v.string(), 'Infinity'),
  v.transform(Number),
  v.number('has to be a number of requests'),
  v.minValue(0.5, 'has to be at least 0.5'),
);

/** @param example shown to whom the message is for. */
export const url = (example?: string) =>
  v.pipe(v.string(), v.check(isUrl, `has to be a URL${example === undefined ? '' : `, e.g. ${example}`}`));

export function isUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:\/\//.test(text);
}

export const regularExpression = v.pipe(
  v.string(),
  v.check(isRegularExpression, 'has to be a regular expression'),
  v.transform((text) => new RegExp(text, 'u')),
);

function isRegularExpression(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
