import './one-realm.ts';
import type { Environment } from '../../src/functions/configuration/fields.ts';
import type { EventHandler } from '../../src/functions/deliver.ts';
import type { EventRequest } from '../../src/functions/event.ts';
import type { Effects } from '../../src/functions/wiring/effects.ts';
import { FakeClock } from './fake-clock.ts';
import { statusOf } from './push.ts';

/** Builds a function's handler as the entry point does. */
type Wire = (environment: Environment, effects: Effects) => EventHandler;

/** A function as it is deployed, in this process: only time, dice and log output are the test's. */
export class WiredFunction {
  readonly clock: FakeClock;
  /** What it logs, line by line. */
  readonly log: string[] = [];
  readonly #handler: EventHandler;

  /** @throws InvalidConfigurationError */
  constructor(wire: Wire, environment: Environment, clock = new FakeClock()) {
    this.clock = clock;
    this.#handler = wire(environment, {
      clock,
      random: () => 0.5,
      writeLog: (line) => this.log.push(line),
    });
  }

  /** @returns the status that the platform is answered with: 204 acknowledges. */
  deliver(request: EventRequest): Promise<number> {
    return statusOf(this.#handler, request);
  }
}
