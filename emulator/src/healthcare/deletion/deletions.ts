import type { Clock } from '../../clock.ts';
import type { DatasetEntry, Datasets } from '../storage/datasets.ts';
import type { DicomStore } from '../storage/dicom-store.ts';
import type { Triple } from '../storage/instance-record.ts';
import type { DeletionPlan, DeletionTarget, OperationRecord, Progress } from '../storage/operation-record.ts';
import type { OperationRecords } from '../storage/operation-records.ts';
import type { SwitchBoard } from '../switch-board.ts';
import type { HealthcareSwitches } from '../switches.ts';
import { Deletion } from './deletion.ts';

const SERVICE = 'google.cloud.healthcare.v1.dicomweb.DicomWebService';
const NOT_FOUND = 5;

/** A store, and where it is. */
export interface DeletionPlace {
  readonly dataset: DatasetEntry;
  readonly storeId: string;
  readonly store: DicomStore;
}

/** The deletions of a stand-in: those that run, and how new ones begin. */
export class Deletions {
  readonly #switches: SwitchBoard;
  readonly #clock: Clock;
  /** By the names of their operations. */
  readonly #running = new Map<string, Deletion>();

  constructor(switches: SwitchBoard, clock: Clock) {
    this.#switches = switches;
    this.#clock = clock;
  }

  /**
   * Begins to delete a study or series by an operation, on the terms that the switches have now.
   *
   * Stores into it are refused from the moment this is called until the operation ends.
   *
   * @returns the operation, which has ended already where it takes no time.
   */
  async start(place: DeletionPlace, target: DeletionTarget): Promise<OperationRecord> {
    const { dataset, store } = place;
    const { current } = this.#switches;
    const reopen = await store.refuseAdditions(target);
    const plan = makePlan(place, target, current);
    const record: OperationRecord = {
      name: dataset.operations.newName(),
      apiMethodName: `${SERVICE}.${target.series === undefined ? 'DeleteStudy' : 'DeleteSeries'}`,
      createTime: new Date(this.#clock.now()).toISOString(),
      deletion: plan,
    };
    try {
      await dataset.operations.add(record);
    } catch (error) {
      reopen();
      throw error;
    }
    const deletion = this.#run(record, plan, store, dataset.operations, reopen);
    if (plan.lengthMs === 0) await deletion.done;
    return record;
  }

  /** Deletes a study or series without an operation. */
  async deleteNow(store: DicomStore, target: DeletionTarget): Promise<void> {
    const reopen = await store.refuseAdditions(target);
    try {
      for (const { study, series, instance } of store.index.within(target.study, target.series)) {
        const uids = { study: study.uid, series: series.uid, instance: instance.uid };
        await store.remove(uids, this.#listedUntilMs());
      }
    } finally {
      reopen();
    }
  }

  /** @returns false when the instance is not there. */
  async deleteInstance(store: DicomStore, uids: Triple): Promise<boolean> {
    return store.remove(uids, this.#listedUntilMs());
  }

  /** Goes on with the operations that had not ended when the stand-in did. To be called before there are requests. */
  async resume({ byName }: Datasets): Promise<void> {
    for (const { stores, operations } of byName.values()) {
      for (const record of operations.values()) {
        const { deletion: plan, end } = record;
        if (plan === undefined || end !== undefined) continue;
        const store = stores.get(plan.storeId)?.instances;
        if (store === undefined) {
          const result = { error: { code: NOT_FOUND, message: 'The DICOM store does not exist any more.' } };
          await operations.update(record.name, {
            end: { endTime: new Date(this.#clock.now()).toISOString(), result },
          });
          continue;
        }
        this.#run(record, plan, store, operations, await store.refuseAdditions(plan));
      }
    }
  }

  /** How far a running operation is; undefined for any other. */
  progressOf(name: string): Progress | undefined {
    return this.#running.get(name)?.progress;
  }

  /** Ends a running operation where it is. Does nothing to any other. */
  async cancel(name: string): Promise<void> {
    const deletion = this.#running.get(name);
    deletion?.cancel();
    await deletion?.done;
  }

  /**
   * Lets held operations come to their ends, and waits for these.
   *
   * @param wanted the name of one of them. @default all
   * @returns the names of those that were held.
   */
  async release(wanted?: string): Promise<string[]> {
    const held = [...this.#running].filter(
      ([name, { isHeld }]) => isHeld && (wanted === undefined || name === wanted),
    );
    for (const [, deletion] of held) deletion.release();
    await Promise.all(held.map(([, { done }]) => done));
    return held.map(([name]) => name);
  }

  /** Brings the deletions from a store to their ends, for when the store goes. */
  async finish(store: DicomStore): Promise<void> {
    const ofStore = [...this.#running.values()].filter((deletion) => deletion.isOf(store));
    for (const deletion of ofStore) deletion.release();
    await Promise.all(ofStore.map(({ done }) => done));
  }

  /** Stops all of them where they are; {@link resume} goes on from there. */
  async suspend(): Promise<void> {
    const all = [...this.#running.values()];
    for (const deletion of all) deletion.suspend();
    await Promise.all(all.map(({ done }) => done));
  }

  #run(
    record: OperationRecord,
    plan: DeletionPlan,
    store: DicomStore,
    records: OperationRecords,
    reopen: () => void,
  ): Deletion {
    const deletion = new Deletion({
      record,
      plan,
      store,
      records,
      clock: this.#clock,
      listedUntilMs: () => this.#listedUntilMs(),
      onEnd: () => {
        reopen();
        this.#running.delete(record.name);
      },
    });
    this.#running.set(record.name, deletion);
    return deletion;
  }

  /** Until when searches list what is deleted now. */
  #listedUntilMs(): number | undefined {
    const { searchLagMs } = this.#switches.current;
    return searchLagMs === 0 ? undefined : this.#clock.now() + searchLagMs;
  }
}

function makePlan(
  { store, storeId }: DeletionPlace,
  { study, series }: DeletionTarget,
  switches: HealthcareSwitches,
): DeletionPlan {
  const found = store.index.within(study, series);
  const { operationOutcome: outcome } = switches;
  const left = outcome === 'partial' ? Math.max(1, switches.instancesLeft) : switches.instancesLeft;
  return {
    storeId,
    study,
    ...(series === undefined ? {} : { series }),
    instances: found.length,
    spared: outcome === 'success' ? [] : found.slice(0, left).map(({ instance }) => instance.order),
    lengthMs: switches.operationLengthMs,
    outcome,
    errorCode: switches.operationErrorCode,
  };
}
