import './one-realm.ts';
import type { EventRequest } from '../../src/functions/event.ts';
import type { EventHandler, EventResponse } from '../../src/functions/deliver.ts';
import { wireIngest } from '../../src/functions/wiring/ingest.ts';
import { FakeClock } from './fake-clock.ts';

/** The ingest function as it is deployed, in this process: only time, dice and log output are the test's. */
export class WiredIngest {
  readonly clock = new FakeClock();
  /** What it logs, line by line. */
  readonly log: string[] = [];
  readonly #handler: EventHandler;

  /** @throws InvalidConfigurationError */
  constructor(environment: Readonly<Record<string, string>>) {
    this.#handler = wireIngest(environment, {
      clock: this.clock,
      random: () => 0.5,
      writeLog: (line) => this.log.push(line),
    });
  }

  /** @returns the status that the platform is answered with: 204 acknowledges. */
  async deliver(request: EventRequest): Promise<number> {
    const response = new StatusOnly();
    await this.#handler(request, response);
    if (!response.isEnded) throw new Error('The function has not answered.');
    return response.code;
  }
}

class StatusOnly implements EventResponse {
  code = 0;
  isEnded = false;

  status(code: number): this {
    this.code = code;
    return this;
  }

  end(): void {
    this.isEnded = true;
  }
}
