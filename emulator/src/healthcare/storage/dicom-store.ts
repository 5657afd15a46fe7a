import { DyingTargets } from './dying-targets.ts';
import { InstanceFiles } from './instance-files.ts';
import { InstanceIndex } from './instance-index.ts';
import { fileIdOf, type InstanceRecord, type Triple } from './instance-record.ts';
import { KeyedLock } from './keyed-lock.ts';
import type { DeletionTarget } from './operation-record.ts';
import { haveSameBytes } from './same-bytes.ts';

/**
 * What became of a body offered to the store: `different` when other bytes are stored under its identity,
 * `being-deleted` when its study or series is.
 */
export type Addition = 'added' | 'identical' | 'different' | 'being-deleted';

/** One DICOM store: its instances on disk, and an index of them in memory. */
export class DicomStore {
  readonly index = new InstanceIndex();
  readonly #files: InstanceFiles;
  readonly #locks = new KeyedLock();
  readonly #dying = new DyingTargets();
  /** Additions that have begun and not ended. */
  readonly #adding = new Set<{ readonly study: string; readonly done: Promise<Addition> }>();

  private constructor(files: InstanceFiles) {
    this.#files = files;
  }

  /** Opens the store in a directory, which is made when it is missing. */
  static async open(directory: string): Promise<DicomStore> {
    const files = new InstanceFiles(directory);
    await files.prepare();
    const store = new DicomStore(files);
    await files.load((record) => store.index.add(record));
    return store;
  }

  /** Where to write a body before it is offered; whoever asks removes what is left there. */
  newSpoolPath(): string {
    return this.#files.newSpoolPath();
  }

  bodyPath(fileId: string): string {
    return this.#files.bodyPath(fileId);
  }

  /**
   * Adds an instance unless its identity is taken. Of two that are offered at the same time one wins, and the other
   * is compared with it.
   */
  async add(spoolPath: string, record: InstanceRecord): Promise<Addition> {
    if (this.#dying.includes(record)) return 'being-deleted';
    const addition = { study: record.study, done: this.#addLocked(spoolPath, record) };
    this.#adding.add(addition);
    try {
      return await addition.done;
    } finally {
      this.#adding.delete(addition);
    }
  }

  /**
   * Removes an instance. It cannot be retrieved any more from now on.
   *
   * @param listedUntilMs until when searches go on listing it, in milliseconds since 1970.
   * @returns false when it is not there.
   */
  async remove(uids: Triple, listedUntilMs?: number): Promise<boolean> {
    const fileId = fileIdOf(uids);
    return this.#locks.run(fileId, async () => {
      if (this.index.find(uids) === undefined) return false;
      this.index.remove(uids, listedUntilMs);
      await this.#files.remove(fileId);
      return true;
    });
  }

  /** Whether a part of a target, or all of it, is being deleted. */
  isBeingDeleted(target: DeletionTarget): boolean {
    return this.#dying.overlaps(target);
  }

  /**
   * Refuses additions to a target from now on, and waits for those that had begun, so that what is there then is all
   * there will be.
   *
   * @returns ends it.
   */
  async refuseAdditions(target: DeletionTarget): Promise<() => void> {
    const reopen = this.#dying.mark(target);
    const begun = [...this.#adding].filter(({ study }) => study === target.study);
    // Whether they succeed matters to those who sent them.
    await Promise.allSettled(begun.map(({ done }) => done));
    return reopen;
  }

  #addLocked(spoolPath: string, record: InstanceRecord): Promise<Addition> {
    const fileId = fileIdOf(record);
    return this.#locks.run(fileId, async () => {
      if (this.index.find(record) !== undefined) {
        return (await haveSameBytes(spoolPath, this.bodyPath(fileId))) ? 'identical' : 'different';
      }
      await this.#files.commit(spoolPath, fileId, record);
      this.index.add(record);
      return 'added';
    });
  }
}
