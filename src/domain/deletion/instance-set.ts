import { createHash } from 'node:crypto';
import * as v from 'valibot';

/** SOP instance UIDs by series, of one study. The form in which documents hold them. */
export type InstanceSet = Readonly<Record<string, readonly string[]>>;

/** An instance within a study. */
export interface StudyInstance {
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
}

export const instanceSetSchema = v.record(v.string(), v.pipe(v.array(v.string()), v.readonly()));

export function toInstanceSet(instances: Iterable<StudyInstance>): InstanceSet {
  const bySeries = new Map<string, Set<string>>();
  for (const { seriesInstanceUid, sopInstanceUid } of instances) {
    const series = bySeries.get(seriesInstanceUid) ?? new Set();
    series.add(sopInstanceUid);
    bySeries.set(seriesInstanceUid, series);
  }
  return Object.fromEntries(
    [...bySeries].map(([series, instanceUids]) => [series, [...instanceUids].sort()]),
  );
}

export function* instancesOf(set: InstanceSet): Generator<StudyInstance> {
  for (const [seriesInstanceUid, instanceUids] of Object.entries(set)) {
    for (const sopInstanceUid of instanceUids) yield { seriesInstanceUid, sopInstanceUid };
  }
}

export function countInstances(set: InstanceSet): number {
  return Object.values(set).reduce((sum, instanceUids) => sum + instanceUids.length, 0);
}

/** A predicate for membership, made once for many questions. */
export function hasInstance(set: InstanceSet): (instance: StudyInstance) => boolean {
  const bySeries = new Map(
    Object.entries(set).map(([series, instanceUids]) => [series, new Set(instanceUids)]),
  );
  return ({ seriesInstanceUid, sopInstanceUid }) =>
    bySeries.get(seriesInstanceUid)?.has(sopInstanceUid) ?? false;
}

/** What is in both. */
export function intersect(a: InstanceSet, b: InstanceSet): InstanceSet {
  return select(a, b, (isInBoth) => isInBoth);
}

/** What is in `a` and not in `b`. */
export function subtract(a: InstanceSet, b: InstanceSet): InstanceSet {
  return select(a, b, (isInBoth) => !isInBoth);
}

function select(a: InstanceSet, b: InstanceSet, isWanted: (isInBoth: boolean) => boolean): InstanceSet {
  const selected = Object.entries(a).map(([series, instanceUids]) => {
    const others = new Set(b[series] ?? []);
    return [series, instanceUids.filter((uid) => isWanted(others.has(uid)))] as const;
  });
  return Object.fromEntries(selected.filter(([, instanceUids]) => instanceUids.length > 0));
}

/**
 * What is known of a set without holding it: how many, and a digest that does not depend on their order.
 *
 * The sum of the SHA-256 of every pair, modulo 2^256: a set that differs in one instance has another digest.
 */
export interface InstanceDigest {
  readonly count: number;
  /** 64 hexadecimal digits. */
  readonly digest: string;
}

export const instanceDigestSchema = v.object({ count: v.number(), digest: v.string() });

const MODULUS = 1n << 256n;

export function digestOf(set: InstanceSet): InstanceDigest {
  let count = 0;
  let sum = 0n;
  for (const { seriesInstanceUid, sopInstanceUid } of instancesOf(set)) {
    const hash = createHash('sha256').update(`${seriesInstanceUid}/${sopInstanceUid}`).digest('hex');
    sum = (sum + BigInt(`0x${hash}`)) % MODULUS;
    count += 1;
  }
  return { count, digest: sum.toString(16).padStart(64, '0') };
}

export function isSameDigest(a: InstanceDigest, b: InstanceDigest): boolean {
  return a.count === b.count && a.digest === b.digest;
}
