import type { DeletionReport } from '../../src/domain/deletion/deletion-report.ts';
import { LocalProject } from '../support/local-project.ts';
import { StandInStore } from '../support/stand-in-store.ts';
import { makeDicom, tripleOf, uid } from '../support/synthetic-dicom.ts';
import { WiredDelete } from '../support/wired-delete.ts';
import { readLog, type LoggedWork } from './log.ts';
import type { Matrix, SceneSpec } from './matrix.ts';
import { Scripts, type Affliction, type Asked } from './scripts.ts';

/** Nobody ingests anything here, so nothing has to be waited for. */
const QUICK = { DELETE_DELAY: '0s', SEARCH_LAG: '0s' };
const INSTANCES = 2;
/** Until a request without an answer is asked about. */
const UNANSWERED_MS = 61_000;

/** What a delivery to the delete function came to, and what came of it in the end. */
export interface ObservedDeletion extends LoggedWork, Pick<Asked, 'requests'> {
  readonly status: number;
  /** Final reports that the delivery has published. */
  readonly reports: readonly DeletionReport[];
  readonly sleepsMs: readonly number[];
  /** Once ticks have gone on until nothing was open. */
  readonly inTheEnd: {
    readonly isScriptUsedUp: boolean;
    /** Final reports since the beginning. */
    readonly reports: readonly DeletionReport[];
    /** Instances that the store holds of the series that was asked for, and of the study's other series. */
    readonly asked: number;
    readonly kept: number;
  };
}

/** The stand-ins, started once, and the delete function anew for every command. */
export class DeleteWorld {
  readonly #project: LocalProject;
  readonly #store: StandInStore;
  readonly #scripts: Scripts;
  #scenes = 0;

  private constructor(project: LocalProject, calls: Matrix['calls']) {
    this.#project = project;
    this.#store = new StandInStore(project.environment);
    this.#scripts = new Scripts(project, calls);
  }

  static async start(calls: Matrix['calls']): Promise<DeleteWorld> {
    return new DeleteWorld(await LocalProject.start({ operationLengthMs: 0 }), calls);
  }

  close(): Promise<void> {
    return this.#project.close();
  }

  /** Delivers one command, or the tick that finds it, while something happens to one of the calls. */
  async deliver(
    { object }: Pick<SceneSpec, 'object'>,
    environment: Readonly<Record<string, string>> = {},
    affliction?: Affliction,
  ): Promise<ObservedDeletion> {
    this.#scenes += 1;
    const seed = `deletion-${this.#scenes}`;
    const { study, series } = tripleOf({ seed });
    const kept = uid(seed, 'kept');
    for (let number = 0; number < INSTANCES; number += 1)
      await this.#store.put(makeDicom({ seed, instance: uid(seed, number) }));
    await this.#store.put(makeDicom({ seed, series: kept }));
    const command = { action: 'delete', id: seed, targets: [{ study, series }] };
    const worker = new WiredDelete(this.#project, { ...QUICK, ...environment });
    if (object === 'tick after a lost request') await this.#loseRequest(worker, command);

    await this.#scripts.set(study, affliction);
    const [lines, sleeps] = [worker.log.length, worker.clock.sleeps.length];
    const status = await worker.publish(object === 'delete command' ? command : { action: 'tick' }, seed);
    const { requests } = await this.#scripts.read(study, affliction);
    const observed = {
      status,
      reports: await worker.takeFinalReports(),
      ...readLog(worker.log.slice(lines)),
      // A turn of the loop that is due at once asks for a wait of nothing.
      sleepsMs: worker.clock.sleeps
        .slice(sleeps)
        .map(Math.round)
        .filter((delayMs) => delayMs > 0),
      requests,
    };
    // What was not acknowledged comes again.
    if (status !== 204) await worker.publish(command, seed);
    const later = await worker.settle();
    const { isScriptUsedUp } = await this.#scripts.read(study, affliction);
    await this.#scripts.reset();
    const left = await this.#store.uids(study);
    return {
      ...observed,
      inTheEnd: {
        isScriptUsedUp,
        reports: [...observed.reports, ...later],
        asked: left.filter((name) => name.startsWith(`${study}/${series}/`)).length,
        kept: left.filter((name) => name.startsWith(`${study}/${kept}/`)).length,
      },
    };
  }

  /** The store deletes the series, and nobody hears of it. */
  async #loseRequest(worker: WiredDelete, command: object): Promise<void> {
    await this.#store.change({ deletionAnswer: 'lost' });
    await worker.publish(command);
    await this.#store.change({ deletionAnswer: 'operation' });
    worker.clock.advance(UNANSWERED_MS);
  }
}
