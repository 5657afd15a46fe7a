import { readdirSync, watch, type FSWatcher } from 'node:fs';

/** A process that is started again when it dies. */
export interface Restarted {
  /** Undefined while it waits to be started again. */
  readonly processId: number | undefined;
}

/** What was going on when the process was killed. */
export interface Kill {
  /** Store requests whose bodies were arriving. */
  readonly storeRequests: number;
}

/**
 * Kills a function at moments that only a seed decides: at the nth sign of life since it was killed last, which is a
 * body arriving at the store or a report. So it dies before, during and after the store request of some object.
 */
export class KillSwitch {
  readonly kills: Kill[] = [];
  readonly #victim: Restarted;
  readonly #incoming: string;
  readonly #watcher: FSWatcher;
  #state: number;
  #left = 0;
  #signsUntilKill = 0;
  #isByStoreRequest = false;
  #lastKilled: number | undefined;

  /** @param incoming the directory in which the store keeps bodies while they arrive. */
  constructor(victim: Restarted, incoming: string, seed: number) {
    this.#victim = victim;
    this.#incoming = incoming;
    this.#state = seed;
    this.#watcher = watch(incoming, () => this.#sign(true));
  }

  /** Lets it kill so many times more. */
  arm(kills: number): void {
    this.#left += kills;
    this.#plan();
  }

  reportArrived(): void {
    this.#sign(false);
  }

  close(): void {
    this.#watcher.close();
  }

  #plan(): void {
    this.#isByStoreRequest = this.#random(2) === 1;
    this.#signsUntilKill = 1 + this.#random(25);
  }

  #sign(isStoreRequest: boolean): void {
    const { processId } = this.#victim;
    // What a process left behind is no sign of life of the next one.
    if (this.#left === 0 || processId === undefined || processId === this.#lastKilled) return;
    this.#signsUntilKill -= 1;
    if (this.#signsUntilKill > 0 || isStoreRequest !== this.#isByStoreRequest) return;
    this.kills.push({ storeRequests: readdirSync(this.#incoming).length });
    process.kill(processId, 'SIGKILL');
    this.#lastKilled = processId;
    this.#left -= 1;
    this.#plan();
  }

  /** A whole number below the bound, by a linear congruential generator. */
  #random(bound: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * bound);
  }
}
