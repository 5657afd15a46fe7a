import { InstanceFiles } from './instance-files.ts';
import { InstanceIndex } from './instance-index.ts';
import { fileIdOf, type InstanceRecord } from './instance-record.ts';
import { KeyedLock } from './keyed-lock.ts';
import { haveSameBytes } from './same-bytes.ts';

/** What became of a body offered to the store: `different` when other bytes are stored under its identity. */
export type Addition = 'added' | 'identical' | 'different';

/** One DICOM store: its instances on disk, and an index of them in memory. */
export class DicomStore {
  readonly index = new InstanceIndex();
  readonly #files: InstanceFiles;
  readonly #locks = new KeyedLock();

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
