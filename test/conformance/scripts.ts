import { StandInControl, type FaultScript } from '../support/faults.ts';
import type { LocalProject } from '../support/local-project.ts';
import type { CallSpec, Matrix } from './matrix.ts';

type Service = CallSpec['service'];

/** A fault that happens to one call of a delivery. */
export interface Affliction {
  readonly call: CallSpec;
  readonly fault: FaultScript['fault'];
  readonly after: boolean;
  /** Null for ever. */
  readonly times: number | null;
}

/** What the stand-ins were asked since they were told what is to happen. */
export interface Asked {
  readonly isScriptUsedUp: boolean;
  /** Requests that came, by the name of the call, those included that a fault happened to. */
  readonly requests: Readonly<Record<string, number>>;
}

/** The fault scripts of all stand-ins of a project. */
export class Scripts {
  readonly #calls: Matrix['calls'];
  readonly #controls: ReadonlyMap<Service, StandInControl>;

  constructor({ environment, pubsubUrl }: LocalProject, calls: Matrix['calls']) {
    this.#calls = calls;
    this.#controls = new Map<Service, StandInControl>([
      ['storage', new StandInControl(environment['STORAGE_EMULATOR_HOST'] ?? '')],
      ['healthcare', new StandInControl(environment['HEALTHCARE_ENDPOINT'] ?? '')],
      ['pubsub', new StandInControl(pubsubUrl)],
      ['metadata', new StandInControl(`http://${environment['GCE_METADATA_HOST'] ?? ''}`)],
    ]);
  }

  /** The fault, and behind it for each kind of request a script that does nothing but count. */
  async set(study: string, affliction: Affliction | undefined): Promise<void> {
    await this.reset();
    if (affliction !== undefined) {
      const { call, fault, after, times } = affliction;
      const scope = scopeOf(call, study);
      if (call.isSecond) {
        // The first request of each pair passes, and nothing but the order tells them apart.
        const pair = [
          { ...scope, times: 1, fault: { kind: 'pass' } as const },
          { ...scope, after, times: 1, fault },
        ];
        for (let count = 0; count < (times ?? 1); count += 1) await this.#control(call).add(...pair);
      } else await this.#control(call).add({ ...scope, after, times, fault });
    }
    for (const [, call] of this.#requestedCalls()) {
      await this.#control(call).add({ ...scopeOf(call, study), times: null, fault: { kind: 'pass' } });
    }
  }

  async read(study: string, affliction: Affliction | undefined): Promise<Asked> {
    const requests: Record<string, number> = {};
    for (const [name, call] of this.#requestedCalls()) {
      const { method, path } = scopeOf(call, study);
      const scripts = await this.#control(call).scripts();
      requests[name] = scripts
        .filter((script) => script.method === method && script.path === path)
        .reduce((sum, { applied }) => sum + applied, 0);
    }
    const scripts = affliction === undefined ? [] : await this.#control(affliction.call).scripts();
    const faults = scripts.filter(({ fault }) => fault.kind !== 'pass');
    return { isScriptUsedUp: faults.length > 0 && faults.every(({ isUsedUp }) => isUsedUp), requests };
  }

  async reset(): Promise<void> {
    for (const control of this.#controls.values()) await control.reset();
  }

  /** The calls that are requests of their own. */
  #requestedCalls(): [string, CallSpec][] {
    return Object.entries(this.#calls).filter(([, { isPartOf }]) => isPartOf === undefined);
  }

  #control({ service }: CallSpec): StandInControl {
    const control = this.#controls.get(service);
    if (control === undefined) throw new Error(`There is no service ${service}.`);
    return control;
  }
}

function scopeOf({ method, path }: CallSpec, study: string): { method: string; path: string } {
  return { method, path: path.replace('{study}', study) };
}
