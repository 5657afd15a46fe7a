/** How many requests of a kind a size takes: not about, but exactly. */
export interface Law {
  readonly kind: string;
  /** As in `1 per object`. */
  readonly words: string;
  /** Whether it belongs to each object, so that it alone decides what a further object costs. */
  readonly isPerObject: boolean;
  readonly expected: (size: number) => number;
  /** The number is a bound, where chance has a part in it. @default false */
  readonly isBound?: boolean;
}

/** A law, and what was counted. */
export interface Verdict {
  readonly kind: string;
  readonly words: string;
  readonly isPerObject: boolean;
  readonly isBound: boolean;
  readonly expected: number;
  readonly counted: number;
  readonly isKept: boolean;
}

/** Holds the counts against the laws; what no law speaks of may not be there at all. */
export function judge(
  laws: readonly Law[],
  counts: Readonly<Record<string, number>>,
  size: number,
): Verdict[] {
  const others = Object.keys(counts)
    .filter((kind) => !laws.some((law) => law.kind === kind))
    .map((kind): Law => ({ kind, words: 'none', isPerObject: false, expected: () => 0 }));
  return [...laws, ...others].map(({ kind, words, isPerObject, expected, isBound = false }) => {
    const counted = counts[kind] ?? 0;
    const wanted = expected(size);
    const isKept = isBound ? counted <= wanted : counted === wanted;
    return { kind, words, isPerObject, isBound, expected: wanted, counted, isKept };
  });
}
