import type { InstanceUids } from '../../src/domain/dicom/instance-uids.ts';
import { formatTarget, overlaps, targetLevel, type Target } from '../../src/domain/dicom/target.ts';
import {
  ConnectionLostError,
  NotFoundError,
  RequestRefusedError,
  UnavailableError,
} from '../../src/domain/errors.ts';
import type {
  DeletionAnswer,
  DicomDeletion,
  Operation,
  OperationPage,
} from '../../src/ports/dicom-deletion.ts';
import type { DicomSearch, FoundAttributes, SearchQuery } from '../../src/ports/dicom-search.ts';
import { ArchiveContents } from './archive/contents.ts';
import { ArchiveOperation } from './archive/operation.ts';
import { findRows } from './archive/rows.ts';
import { DEFAULT_ARCHIVE_SETTINGS, type ArchiveSettings, type DeletionReaction } from './archive/settings.ts';
import { Faults, type FaultScript } from './fault-script.ts';

type Call = 'search' | 'delete' | 'getOperation' | 'listOperations';

const DATASET = 'projects/p/locations/l/datasets/d';

/**
 * A DICOM store in memory that is searched and deleted from: studies and series by operations, which take time on the
 * clock that is handed in, instances at once.
 *
 * It does what the stand-in's switches can make that do, by settings that a test may change at any moment; they count for
 * what begins from then on.
 */
export class InMemoryArchive implements DicomSearch, DicomDeletion {
  readonly settings: ArchiveSettings;
  /** How the next requests to delete are taken, in order; those beyond it by the setting. */
  readonly reactions: DeletionReaction[] = [];
  readonly faults: Readonly<Record<Call, Faults>>;
  /** The targets of all requests to delete that have arrived, as `formatTarget` writes them. */
  readonly requests: string[] = [];
  /** The most deletions that have run at one time. */
  mostAtOnce = 0;
  readonly #clock: { now(): number };
  readonly #contents = new ArchiveContents();
  readonly #operations = new Map<string, ArchiveOperation>();

  /** @param clock of which only `now` is used. */
  constructor(
    clock: { now(): number },
    settings: Partial<ArchiveSettings> = {},
    faults: Readonly<Partial<Record<Call, FaultScript>>> = {},
  ) {
    this.#clock = clock;
    this.settings = { ...DEFAULT_ARCHIVE_SETTINGS, ...settings };
    this.faults = {
      search: new Faults(faults.search),
      delete: new Faults(faults.delete),
      getOperation: new Faults(faults.getOperation),
      listOperations: new Faults(faults.listOperations),
    };
  }

  /** How many deletions were begun. */
  get operationsStarted(): number {
    return this.#deletions().length;
  }

  get operationsRunning(): number {
    return this.#running().length;
  }

  /** Each instance that was deleted, as `formatTarget` writes it, in order. */
  get deleted(): readonly string[] {
    this.#catchUp();
    return this.#contents.deleted;
  }

  /** @param attributes of the instance, its series and its study, by tag; the UIDs need not be among them. */
  put(uids: InstanceUids, attributes: FoundAttributes = {}): void {
    this.#catchUp();
    this.#contents.put(uids, attributes);
  }

  has(uids: InstanceUids): boolean {
    return this.#present(uids).length > 0;
  }

  /** What is really there, as `formatTarget` writes it, sorted. */
  uids(): string[] {
    this.#catchUp();
    return this.#contents.present.map(({ uids }) => formatTarget(uids)).sort();
  }

  /** Begins an operation that is no deletion of this store, e.g. an import, or another store's. @returns its name. */
  beginOther(method: string, lengthMs: number): string {
    const name = this.#newName();
    const nowMs = this.#clock.now();
    this.#operations.set(
      name,
      new ArchiveOperation({ name, method, target: null, records: [], nowMs, lengthMs }),
    );
    return name;
  }

  async search(query: SearchQuery, signal: AbortSignal): Promise<readonly FoundAttributes[]> {
    await this.#begin('search', signal);
    const listed = this.#contents.listed(this.#clock.now(), this.settings.searchLagMs);
    const { offset, limit } = query;
    return findRows(listed, query).slice(offset, offset + Math.min(limit, this.settings.maxPage));
  }

  async delete(target: Target, signal: AbortSignal): Promise<DeletionAnswer> {
    this.requests.push(formatTarget(target));
    await this.#begin('delete', signal);
    const reaction = this.reactions.shift() ?? this.settings.reaction;
    if (reaction === 'unavailable') throw failure(UnavailableError, 'delete target', 503);
    const isInstance = targetLevel(target) === 'instance';
    if (!isInstance && this.settings.secondDeletion === 'refused' && this.#isBeingDeleted(target)) {
      throw failure(RequestRefusedError, 'delete target', 409);
    }
    const present = this.#present(target);
    if (present.length === 0 && (isInstance || this.settings.missingTarget === 'absent')) {
      return { kind: 'absent' };
    }
    const answer = isInstance || reaction === 'empty' ? this.#deleteNow(present) : this.#start(target);
    if (reaction === 'lost') throw new ConnectionLostError('delete target: the connection was reset');
    return answer;
  }

  async getOperation(name: string, signal: AbortSignal): Promise<Operation> {
    await this.#begin('getOperation', signal);
    const operation = this.settings.operationRecords === 'kept' ? this.#operations.get(name) : undefined;
    if (operation === undefined) throw failure(NotFoundError, 'get operation', 404);
    return operation.seenAt(this.#clock.now());
  }

  async listOperations(pageToken: string | undefined, signal: AbortSignal): Promise<OperationPage> {
    await this.#begin('listOperations', signal);
    const nowMs = this.#clock.now();
    const kept = this.settings.operationRecords === 'kept' ? [...this.#operations.values()] : [];
    // The newest first: the order means nothing, so what is looked for may be anywhere.
    const all = kept.reverse().map((operation) => operation.seenAt(nowMs));
    const start = Number(pageToken ?? 0);
    const end = start + this.settings.operationsPerPage;
    return {
      operations: all.slice(start, end),
      nextPageToken: end < all.length ? String(end) : undefined,
    };
  }

  async #begin(call: Call, signal: AbortSignal): Promise<void> {
    await Promise.resolve();
    signal.throwIfAborted();
    this.faults[call].next();
    this.#catchUp();
  }

  /** Carries out what the operations have done by now. */
  #catchUp(): void {
    const nowMs = this.#clock.now();
    for (const operation of this.#operations.values()) {
      for (const { record, atMs } of operation.takeDue(nowMs)) this.#contents.remove(record, atMs);
    }
  }

  #present(target: Target): ReturnType<ArchiveContents['within']> {
    this.#catchUp();
    return this.#contents.within(target);
  }

  #deleteNow(records: ReturnType<ArchiveContents['within']>): DeletionAnswer {
    for (const record of records) this.#contents.remove(record, this.#clock.now());
    return { kind: 'done' };
  }

  #start(target: Target): DeletionAnswer {
    const name = this.#newName();
    const {
      operationLengthMs: lengthMs,
      outcome,
      errorCode,
      instancesLeft,
      operationCounter,
    } = this.settings;
    const operation = new ArchiveOperation({
      name,
      method: targetLevel(target) === 'study' ? 'DeleteStudy' : 'DeleteSeries',
      target,
      records: this.#contents.within(target),
      nowMs: this.#clock.now(),
      lengthMs,
      ending: { outcome, errorCode, instancesLeft, isCounted: operationCounter === 'shown' },
    });
    // Counted with the new one, which may take no time at all.
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#running().length + 1);
    this.#operations.set(name, operation);
    this.#catchUp();
    return { kind: 'operation', name };
  }

  #newName(): string {
    return `${DATASET}/operations/${String(this.#operations.size + 1)}`;
  }

  #deletions(): ArchiveOperation[] {
    return [...this.#operations.values()].filter(({ target }) => target !== null);
  }

  #running(): ArchiveOperation[] {
    return this.#deletions().filter((operation) => operation.isRunningAt(this.#clock.now()));
  }

  #isBeingDeleted(target: Target): boolean {
    return this.#running().some((running) => running.target !== null && overlaps(running.target, target));
  }
}

function failure(
  Failure: new (message: string, options: { details: { call: string; status: number } }) => Error,
  call: string,
  status: number,
): Error {
  return new Failure(`${call}: answered ${String(status)}`, { details: { call, status } });
}
