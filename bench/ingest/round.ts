import type { FunctionChild } from '../child/start-function.ts';
import type { Peers } from '../child/start-peers.ts';
import type { Counts } from '../peers/counts.ts';
import type { PushClient } from '../push/push-client.ts';

/** A function that is running, and the way to push to it. */
export interface Running {
  readonly name: string;
  readonly child: FunctionChild;
  readonly client: PushClient;
}

/** What a function did and used while it carried some objects. */
export interface Round {
  readonly objects: number;
  readonly elapsedMs: number;
  /** User and system time of the function's process. */
  readonly cpuMs: number;
  /** The same of the peers' and the benchmark's own processes, which share the machine with it. */
  readonly surroundingsCpuMs: number;
  readonly counts: Counts;
  /** Pushes that were not acknowledged, objects that were and did not get to the store, and unknown requests. */
  readonly failures: number;
  readonly problems: readonly string[];
}

/**
 * Pushes the notifications of `objects` objects, the first of which has the number `first`, and waits for the last.
 *
 * @throws Error when the function's process has ended.
 */
export async function runRound(
  { child, client, name }: Running,
  peers: Peers,
  { first, objects, sizeBytes }: { first: number; objects: number; sizeBytes: number },
): Promise<Round> {
  const peersBefore = await peers.ask({});
  const before = await child.ask(null);
  const ownBefore = process.cpuUsage();
  const startedAt = performance.now();
  const refused = await client.pushAll(first, objects, sizeBytes);
  const elapsedMs = performance.now() - startedAt;
  const own = process.cpuUsage(ownBefore);
  const after = await child.ask(null);
  const peersAfter = await peers.ask({});
  const counts = difference(peersAfter.counts, peersBefore.counts);
  return {
    objects,
    elapsedMs,
    cpuMs: after.cpuMs - before.cpuMs,
    surroundingsCpuMs: peersAfter.cpuMs - peersBefore.cpuMs + (own.user + own.system) / 1000,
    counts,
    ...judge(name, { objects, refused, counts, lastWords: child.lastWords() }),
  };
}

function difference(after: Counts, before: Counts): Counts {
  return {
    get: after.get - before.get,
    post: after.post - before.post,
    publish: after.publish - before.publish,
    state: after.state - before.state,
    stored: after.stored - before.stored,
    refused: after.refused - before.refused,
    unknown: after.unknown - before.unknown,
  };
}

/** What went wrong, if anything did: how many objects it concerns, and what happened in words. */
function judge(
  name: string,
  found: { objects: number; refused: readonly string[]; counts: Counts; lastWords: string },
): Pick<Round, 'failures' | 'problems'> {
  const { objects, refused, counts } = found;
  const [firstRefusal] = refused;
  const lost = Math.max(0, objects - refused.length - counts.stored);
  const problems = [
    firstRefusal === undefined
      ? undefined
      : `${name}: ${refused.length} of ${objects} pushes were not acknowledged (the first: ${firstRefusal}). Its last words: ${found.lastWords.trim().slice(-500)}`,
    lost === 0 ? undefined : `${name}: ${lost} of ${objects} objects were acknowledged, but not stored.`,
    counts.unknown === 0 ? undefined : `${name}: sent ${counts.unknown} requests that the peers do not know.`,
  ];
  return {
    failures: refused.length + lost + counts.unknown,
    problems: problems.filter((problem) => problem !== undefined),
  };
}
