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

/**
 * All effects of one process pass through here, are counted, and come to an end when it is killed.
 *
 * So the kill points are found by running, not by thinking of them.
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
    return result;
  }

  #throwIfDead(): void {
    if (this.isDead) throw new Killed();
  }
}
