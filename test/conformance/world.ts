import { hashObjectRef } from '../../src/domain/object-ref.ts';
import type { IngestReport } from '../../src/domain/report.ts';
import { StandInControl, type FaultScript } from '../support/faults.ts';
import { LocalProject } from '../support/local-project.ts';
import { WiredIngest } from '../support/wired-ingest.ts';
import { readLog, type LoggedWork } from './log.ts';
import type { CallSpec, Matrix, SceneSpec } from './matrix.ts';
import { setScene, type Scene } from './scene.ts';

type Service = CallSpec['service'];

/** A fault that happens to one call of a delivery. */
export interface Affliction {
  readonly call: CallSpec;
  readonly fault: FaultScript['fault'];
  readonly after: boolean;
  /** Null for ever. */
  readonly times: number | null;
}

/** What a delivery came to. */
export interface Observed extends LoggedWork {
  readonly scene: Scene;
  readonly status: number;
  readonly reports: readonly IngestReport[];
  readonly isScriptUsedUp: boolean;
  /** Everything asked of the clock, in whole milliseconds. */
  readonly sleepsMs: readonly number[];
  /** Requests that came, by the name of the call, those included that a fault happened to. */
  readonly requests: Readonly<Record<string, number>>;
  readonly isInInbox: boolean;
  /** What the store holds under the object's UIDs. */
  readonly stored: Buffer | undefined;
  /** Copies of the object. */
  readonly quarantined: number;
}

/** The stand-ins, started once, and the worker anew for every delivery. */
export class World {
  readonly #project: LocalProject;
  readonly #calls: Matrix['calls'];
  readonly #controls: ReadonlyMap<Service, StandInControl>;
  #scenes = 0;

  private constructor(project: LocalProject, calls: Matrix['calls']) {
    this.#project = project;
    this.#calls = calls;
    const { environment, pubsubUrl } = project;
    this.#controls = new Map<Service, StandInControl>([
      ['storage', new StandInControl(environment['STORAGE_EMULATOR_HOST'] ?? '')],
      ['healthcare', new StandInControl(environment['HEALTHCARE_ENDPOINT'] ?? '')],
      ['pubsub', new StandInControl(pubsubUrl)],
      ['metadata', new StandInControl(`http://${environment['GCE_METADATA_HOST'] ?? ''}`)],
    ]);
  }

  /** @param identicalDuplicate what the store answers to bytes that it has: both are told of Google's. */
  static async start(calls: Matrix['calls'], identicalDuplicate: 'conflict' | 'stored'): Promise<World> {
    return new World(await LocalProject.start({ identicalDuplicate }), calls);
  }

  close(): Promise<void> {
    return this.#project.close();
  }

  /** Delivers the event of one new object, while something happens to one of the calls. */
  async deliver(
    spec: Pick<SceneSpec, 'object' | 'given'>,
    environment: Readonly<Record<string, string>> = {},
    affliction?: Affliction,
  ): Promise<Observed> {
    this.#scenes += 1;
    const scene = await setScene(this.#project, spec, `scene-${this.#scenes}`);
    const worker = new WiredIngest({ ...this.#project.environment, ...environment });
    await this.#script(scene, affliction);
    const status = await worker.deliver(scene.arrival.push);
    const { isScriptUsedUp, requests } = await this.#readScripts(scene, affliction);
    return {
      scene,
      status,
      reports: await this.#project.takeReports(),
      isScriptUsedUp,
      requests,
      ...readLog(worker.log),
      sleepsMs: worker.clock.sleeps.map(Math.round),
      isInInbox: await this.#isThere(`inbox/o/${encodeURIComponent(scene.arrival.object.name)}`),
      stored: await this.#project.stored(scene.uids),
      quarantined: await this.#quarantined(scene),
    };
  }

  /** The fault, and behind it for each kind of request a script that does nothing but count. */
  async #script(scene: Scene, affliction: Affliction | undefined): Promise<void> {
    for (const control of this.#controls.values()) await control.reset();
    if (affliction !== undefined) {
      const { call, fault, after, times } = affliction;
      await this.#control(call).add({ ...scopeOf(call, scene), after, times, fault });
    }
    for (const [, call] of this.#requestedCalls()) {
      await this.#control(call).add({ ...scopeOf(call, scene), times: null, fault: { kind: 'pass' } });
    }
  }

  async #readScripts(
    scene: Scene,
    affliction: Affliction | undefined,
  ): Promise<Pick<Observed, 'isScriptUsedUp' | 'requests'>> {
    const requests: Record<string, number> = {};
    for (const [name, call] of this.#requestedCalls()) {
      const { method, path } = scopeOf(call, scene);
      const scripts = await this.#control(call).scripts();
      requests[name] = scripts
        .filter((script) => script.method === method && script.path === path)
        .reduce((sum, { applied }) => sum + applied, 0);
    }
    const [first] = affliction === undefined ? [] : await this.#control(affliction.call).scripts();
    for (const control of this.#controls.values()) await control.reset();
    return { isScriptUsedUp: first?.isUsedUp ?? false, requests };
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

  async #quarantined({ arrival }: Scene): Promise<number> {
    const hash = hashObjectRef(arrival.object);
    const names = await this.#project.names('quarantine');
    return names.filter((name) => name.endsWith(hash)).length;
  }

  async #isThere(path: string): Promise<boolean> {
    const url = `${this.#project.environment['STORAGE_EMULATOR_HOST'] ?? ''}/storage/v1/b/${path}`;
    const answer = await fetch(url);
    await answer.arrayBuffer();
    return answer.status === 200;
  }
}

function scopeOf({ method, path }: CallSpec, { uids }: Scene): { method: string; path: string } {
  return { method, path: path.replace('{study}', uids.study) };
}
