import { placePhases, type Phase, type PlacedPhase } from './phase.ts';
import { TimelineRecorder, type Timeline } from './timeline.ts';
import { TokenBucket } from './token-bucket.ts';

/** Lets requests through as a plan of quotas allows, and keeps count of them. The last phase has no end. */
export class QuotaGate {
  readonly #startedAtMs: number;
  readonly #timeline = new TimelineRecorder();
  readonly #later: PlacedPhase[];
  readonly #bucket: TokenBucket;

  /** @throws RangeError when the plan is empty. */
  constructor(phases: readonly Phase[], nowMs: number) {
    const [first, ...later] = placePhases(phases);
    if (first === undefined) throw new RangeError('A quota needs a phase.');
    this.#startedAtMs = nowMs;
    this.#later = later;
    this.#bucket = new TokenBucket(first.perSecond, first.burst, nowMs);
  }

  /** Whether a request that arrives now is within the quota. */
  take(nowMs: number): boolean {
    const passedMs = nowMs - this.#startedAtMs;
    for (let next = this.#later[0]; next !== undefined && next.fromMs <= passedMs; next = this.#later[0]) {
      this.#bucket.change(next.perSecond, next.burst, this.#startedAtMs + next.fromMs);
      this.#later.shift();
    }
    const isAccepted = this.#bucket.take(nowMs);
    this.#timeline.note(passedMs, isAccepted);
    return isAccepted;
  }

  read(): Timeline {
    return this.#timeline.read();
  }
}
