import type { ResourceUids } from './exchange.ts';

export type Level = 'study' | 'series' | 'instance';

/** What the part of a path after `dicomWeb/` names. */
export type DicomWebPath =
  | { readonly kind: 'collection'; readonly level: Level; readonly uids: Partial<ResourceUids> }
  | { readonly kind: 'resource'; readonly level: Level; readonly uids: ResourceUids }
  | { readonly kind: 'metadata'; readonly level: Level; readonly uids: ResourceUids }
  /** A path that Google serves and the stand-in does not. */
  | { readonly kind: 'unsupported' };

/**
 * @param segments the decoded parts of the path.
 * @returns undefined for a path that is none of the API's.
 */
export function parseDicomWebPath(segments: readonly string[]): DicomWebPath | undefined {
  const [first, study, second, ...rest] = segments;
  if (segments.includes('')) return undefined;
  if (segments.some((segment) => segment.includes(':'))) return { kind: 'unsupported' };
  if (segments.length === 1) return collection(first, {});
  if (first !== 'studies' || study === undefined) return undefined;
  if (second === undefined) return { kind: 'resource', level: 'study', uids: { study } };
  if (second === 'metadata' && rest.length === 0)
    return { kind: 'metadata', level: 'study', uids: { study } };
  if (rest.length === 0) return second === 'studies' ? undefined : collection(second, { study });
  return second === 'series' ? withinSeries(study, rest) : undefined;
}

function withinSeries(
  study: string,
  [series = '', third, instance, fourth, ...rest]: string[],
): DicomWebPath | undefined {
  if (third === undefined) return { kind: 'resource', level: 'series', uids: { study, series } };
  if (instance === undefined) {
    if (third === 'metadata') return { kind: 'metadata', level: 'series', uids: { study, series } };
    return third === 'instances' ? collection(third, { study, series }) : undefined;
  }
  if (third !== 'instances') return undefined;
  const uids = { study, series, instance };
  if (fourth === undefined) return { kind: 'resource', level: 'instance', uids };
  if (fourth === 'metadata' && rest.length === 0) return { kind: 'metadata', level: 'instance', uids };
  return ['rendered', 'frames', 'bulkdata'].includes(fourth) ? { kind: 'unsupported' } : undefined;
}

function collection(name: string | undefined, uids: Partial<ResourceUids>): DicomWebPath | undefined {
  const level = LEVELS[name ?? ''];
  return level && { kind: 'collection', level, uids };
}

const LEVELS: Readonly<Record<string, Level>> = { studies: 'study', series: 'series', instances: 'instance' };
