import { hashObjectRef } from '../../src/domain/object-ref.ts';
import type { IngestReport } from '../../src/domain/report.ts';
import { LocalProject } from '../support/local-project.ts';
import { WiredIngest } from '../support/wired-ingest.ts';
import { readLog, type LoggedWork } from './log.ts';
import type { Matrix, SceneSpec } from './matrix.ts';
import { setScene, type Scene } from './scene.ts';
import { Scripts, type Affliction, type Asked } from './scripts.ts';

/** What a delivery came to. */
export interface Observed extends LoggedWork, Asked {
  readonly scene: Scene;
  readonly status: number;
  readonly reports: readonly IngestReport[];
  /** Everything asked of the clock, in whole milliseconds. */
  readonly sleepsMs: readonly number[];
  readonly isInInbox: boolean;
  /** What the store holds under the object's UIDs. */
  readonly stored: Buffer | undefined;
  /** Copies of the object. */
  readonly quarantined: number;
}

/** The stand-ins, started once, and the worker anew for every delivery. */
export class World {
  readonly #project: LocalProject;
  readonly #scripts: Scripts;
  #scenes = 0;

  private constructor(project: LocalProject, calls: Matrix['calls']) {
    this.#project = project;
    this.#scripts = new Scripts(project, calls);
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
    this.#project.grant(environment['AFTER_STORE'] === 'delete' ? { afterStore: 'delete' } : {});
    const worker = new WiredIngest({ ...this.#project.environment, ...environment });
    await this.#scripts.set(scene.uids.study, affliction);
    const status = await worker.deliver(scene.arrival.push);
    const asked = await this.#scripts.read(scene.uids.study, affliction);
    await this.#scripts.reset();
    return {
      scene,
      status,
      reports: await this.#project.takeReports(),
      ...asked,
      ...readLog(worker.log),
      sleepsMs: worker.clock.sleeps.map(Math.round),
      isInInbox: await this.#isThere(`inbox/o/${encodeURIComponent(scene.arrival.object.name)}`),
      stored: await this.#project.stored(scene.uids),
      quarantined: await this.#quarantined(scene),
    };
  }

  async #quarantined({ arrival }: Scene): Promise<number> {
    const hash = hashObjectRef(arrival.object);
    const names = await this.#project.names('quarantine');
    return names.filter((name) => name.endsWith(hash)).length;
  }

  async #isThere(path: string): Promise<boolean> {
    const url = `${this.#project.environment['STORAGE_EMULATOR_HOST'] ?? ''}/storage/v1/b/${path}`;
    const answer = await fetch(url, { headers: { authorization: 'Bearer local' } });
    await answer.arrayBuffer();
    return answer.status === 200;
  }
}
