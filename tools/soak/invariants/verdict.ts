import { createHash } from 'node:crypto';

/** The most that is told of one invariant; the rest is counted. */
const MOST_DETAILS = 5;

/** What came of looking at one invariant. */
export class Verdict {
  readonly name: string;
  checked = 0;
  violated = 0;
  /** The first violations, in UIDs, ids and counts; what is in objects is never told. */
  readonly details: string[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /** @param detail told where it does not hold. */
  expect(holds: boolean, detail: () => string): void {
    this.checked += 1;
    if (holds) return;
    this.violated += 1;
    if (this.details.length < MOST_DETAILS) this.details.push(detail());
  }

  /** That two lists hold the same, in whatever order. */
  expectSame(found: Iterable<string>, expected: Iterable<string>, what: string): void {
    const there = new Set(found);
    const wanted = new Set(expected);
    for (const one of wanted) this.expect(there.has(one), () => `missing ${what}: ${one}`);
    for (const one of there) if (!wanted.has(one)) this.expect(false, () => `unexpected ${what}: ${one}`);
  }
}

export function sameText(a: Buffer, b: Buffer): boolean {
  return createHash('sha256').update(a).digest().equals(createHash('sha256').update(b).digest());
}
