import type { Clock } from '../../clock.ts';
import type { DicomStore } from '../storage/dicom-store.ts';
import type { Triple } from '../storage/instance-record.ts';
import type {
  DeletionPlan,
  OperationRecord,
  OperationResult,
  Progress,
} from '../storage/operation-record.ts';
import type { OperationRecords } from '../storage/operation-records.ts';

/** In how many steps the instances of a target go. */
const STEPS = 20;
/** How much of its work an operation does before it is held. */
const SHARE_BEFORE_HOLD = 0.5;
const CANCELLED = 1;
const INTERNAL = 13;

export interface DeletionOptions {
  readonly record: OperationRecord;
  readonly plan: DeletionPlan;
  readonly store: DicomStore;
  readonly records: OperationRecords;
  readonly clock: Clock;
  /** Until when searches go on listing what is deleted at this moment, in milliseconds since 1970. */
  readonly listedUntilMs: () => number | undefined;
  /** Called when the operation has ended, and its record says so. */
  readonly onEnd: () => void;
}

/** A running operation that deletes a study or series, over the length and to the end that its plan says. */
export class Deletion {
  /** Resolves when it has ended, or was suspended. */
  readonly done: Promise<void>;
  readonly #options: DeletionOptions;
  readonly #startedAtMs: number;
  /** What is still to be deleted. */
  readonly #remaining: Triple[];
  readonly #total: number;
  #isCancelled = false;
  #isReleased = false;
  #isSuspended = false;
  #wake = (): void => undefined;

  constructor(options: DeletionOptions) {
    const { record, plan, store } = options;
    this.#options = options;
    this.#startedAtMs = Date.parse(record.createTime);
    this.#total = Math.max(0, plan.instances - plan.spared.length);
    this.#remaining = store.index
      .within(plan.study, plan.series)
      .filter(({ instance }) => !plan.spared.includes(instance.order))
      .map(({ study, series, instance }) => ({
        study: study.uid,
        series: series.uid,
        instance: instance.uid,
      }));
    this.done = this.#run();
  }

  /** Whether it deletes from this store. */
  isOf(store: DicomStore): boolean {
    return this.#options.store === store;
  }

  get isHeld(): boolean {
    return this.#options.plan.lengthMs === 'held' && !this.#isReleased;
  }

  get progress(): Progress {
    const left = this.#options.plan.spared.length;
    const success = this.#total - this.#remaining.length;
    return { success, failure: 0, pending: this.#remaining.length + left };
  }

  /** Ends it where it is, with the error of a cancelled operation. */
  cancel(): void {
    this.#isCancelled = true;
    this.#wake();
  }

  /** Lets it come to its end at once, held or not. */
  release(): void {
    this.#isReleased = true;
    this.#wake();
  }

  /** Stops it where it is; another one can go on from its record. */
  suspend(): void {
    this.#isSuspended = true;
    this.#wake();
  }

  async #run(): Promise<void> {
    try {
      await this.#removeLittleByLittle();
      if (!this.#isSuspended) await this.#end(this.#result());
    } catch (error) {
      // Whoever watches the operation sees the failure. If it cannot even be recorded, the process fails.
      await this.#end({ error: { code: INTERNAL, message: `The deletion failed: ${String(error)}` } });
    }
  }

  async #removeLittleByLittle(): Promise<void> {
    while (!this.#isStopped()) {
      const share = this.#shareDue();
      await this.#removeUpTo(Math.floor(this.#total * share));
      if (share === 1) return;
      if (this.#shareDue() === share) await this.#nextStep();
    }
  }

  #isStopped(): boolean {
    return this.#isCancelled || this.#isSuspended;
  }

  /** How much of the work is to be done by now, from 0 to 1. */
  #shareDue(): number {
    const { lengthMs } = this.#options.plan;
    if (this.#isReleased || lengthMs === 0) return 1;
    if (lengthMs === 'held') return SHARE_BEFORE_HOLD;
    const passedMs = this.#options.clock.now() - this.#startedAtMs;
    return Math.min(1, Math.max(0, Math.floor((passedMs * STEPS) / lengthMs) / STEPS));
  }

  async #removeUpTo(count: number): Promise<void> {
    const { store, listedUntilMs } = this.#options;
    while (this.#total - this.#remaining.length < count && !this.#isStopped()) {
      const next = this.#remaining.at(-1);
      if (next === undefined) return;
      // Another operation or request may have been faster; gone is gone.
      await store.remove(next, listedUntilMs());
      this.#remaining.pop();
    }
  }

  /** Resolves when a step is due, or something was decided about the operation. */
  async #nextStep(): Promise<void> {
    const { plan, clock } = this.#options;
    const woken = Promise.withResolvers<undefined>();
    this.#wake = () => woken.resolve(undefined);
    if (this.#isStopped() || this.#isReleased) return;
    let cancelTimer = (): void => undefined;
    if (plan.lengthMs !== 'held') {
      const stepMs = plan.lengthMs / STEPS;
      const passedMs = clock.now() - this.#startedAtMs;
      cancelTimer = clock.after(Math.ceil(stepMs - (passedMs % stepMs)), this.#wake);
    }
    await woken.promise;
    cancelTimer();
  }

  /** What the plan says, unless somebody has cancelled it before. */
  #result(): OperationResult {
    const { outcome, errorCode } = this.#options.plan;
    if (this.#isCancelled || outcome === 'cancelled')
      return { error: { code: CANCELLED, message: 'The operation was cancelled.' } };
    if (outcome === 'error')
      return { error: { code: errorCode, message: `The operation failed with code ${errorCode}.` } };
    return { response: { '@type': 'type.googleapis.com/google.protobuf.Empty' } };
  }

  async #end(result: OperationResult): Promise<void> {
    const { record, records, plan, clock, onEnd } = this.#options;
    const { success, pending } = this.progress;
    const progress =
      'response' in result ? { success, failure: pending, pending: 0 } : { success, failure: 0, pending };
    const isCancelled = this.#isCancelled || plan.outcome === 'cancelled';
    await records.update(record.name, {
      ...(isCancelled ? { isCancelRequested: true } : {}),
      end: { endTime: new Date(clock.now()).toISOString(), result, progress },
    });
    onEnd();
  }
}
