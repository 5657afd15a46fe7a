import type { Environment } from '../../src/functions/configuration/fields.ts';
import { wireIngest } from '../../src/functions/wiring/ingest.ts';
import type { FakeClock } from './fake-clock.ts';
import { WiredFunction } from './wired-function.ts';

/** The ingest function as it is deployed, in this process. */
export class WiredIngest extends WiredFunction {
  /** @throws InvalidConfigurationError */
  constructor(environment: Environment, clock?: FakeClock) {
    super(wireIngest, environment, clock);
  }
}
