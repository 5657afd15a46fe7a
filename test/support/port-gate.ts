/** Thrown in place of every effect of a process that has been killed. */
class Killed extends Error {
  constructor() {
    super('The process was killed.');
    this.name = 'Killed';
  }
}

/** When a process dies: at its nth effect, before that happens or after it has happened and before anyone hears of it. */
export interface KillPoint {
  readonly effect: number;
  readonly when: 'before' | 'after';
}

/** Every point at which a process that has so many effects can be killed. */
export function killPointsOf(effects: number): readonly KillPoint[] {
  return Array.from({ length: effects }, (_, index) => index + 1).flatMap((effect) => [
    { effect, when: 'before' } as const,
    { effect, when: 'after' } as const,
  ]);
}

/**
 * All effects of one process pass through here, are counted, and come to an end when it is killed.
 *
 * So the kill points are found by running, not by thinking of them. Of what is streamed the beginning and the end are
 * effects too, so that a process also dies in the middle of a body; what it was sending then is cut off.
 */
export class PortGate {
  /** Effects so far. */
  effects = 0;
  isDead = false;
  readonly #killAt: KillPoint;

  constructor(killAt: KillPoint = { effect: Infinity, when: 'before' }) {
    this.#killAt = killAt;
  }

  /** The port, each of whose methods is an effect. */
  guard<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, key) => {
        const member: unknown = Reflect.get(target, key);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => this.#pass(() => member.apply(target, args) as unknown);
      },
    });
  }

  async #pass(call: () => unknown): Promise<unknown> {
    this.#throwIfDead();
    this.effects += 1;
    const isLast = this.effects === this.#killAt.effect;
    this.isDead = isLast && this.#killAt.when === 'before';
    this.#throwIfDead();
    const result = await call();
    if (isLast) this.isDead = true;
    // One that was on its way when the process died has happened, but nobody hears of it.
    this.#throwIfDead();
    return this.#guardStreams(result);
  }

  /** What a call gives, in which a stream, or the stream that is its body, passes through here too. */
  #guardStreams(result: unknown): unknown {
    if (isStream(result)) return this.#guardStream(result);
    if (typeof result !== 'object' || result === null || !('body' in result)) return result;
    return isStream(result.body) ? { ...result, body: this.#guardStream(result.body) } : result;
  }

  #guardStream(stream: AsyncIterable<unknown>): AsyncIterable<unknown> {
    const items = stream[Symbol.asyncIterator]();
    let isBegun = false;
    const iterator: AsyncIterator<unknown> = {
      next: async () => {
        const next = await items.next();
        if (!isBegun || next.done === true) await this.#pass(() => undefined);
        isBegun = true;
        this.#throwIfDead();
        return next.done === true ? next : { done: false, value: this.#guardStreams(next.value) };
      },
      return: async () => {
        await items.return?.();
        return { done: true, value: undefined };
      },
    };
    return { [Symbol.asyncIterator]: () => iterator };
  }

  #throwIfDead(): void {
    if (this.isDead) throw new Killed();
  }
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
