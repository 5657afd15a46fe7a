import { formatInstancePath, type InstanceUids } from '../../src/domain/dicom/instance-uids.ts';
import { NotFoundError } from '../../src/domain/errors.ts';
import type { DicomStore, InstanceUpload, StoreAnswer } from '../../src/ports/dicom-store.ts';
import { arriving, cutEvery, readAll } from './blocks.ts';
import { Faults, type FaultScript } from './fault-script.ts';
import { OpenBodies } from './tracked-body.ts';

/**
 * A DICOM store in memory. An instance is there once its whole body has arrived; a body that throws leaves nothing.
 *
 * It knows nothing of DICOM: it believes the UIDs it is told.
 */
export class InMemoryDicomStore implements DicomStore {
  readonly #instances = new Map<string, Buffer>();
  readonly #bodies = new OpenBodies();
  readonly faults: { readonly store: Faults; readonly retrieve: Faults };
  /** What every upload was announced to be, in order. */
  readonly uploads: { readonly path: string; readonly sizeBytes: number | undefined }[] = [];
  /** Answered in place of storing, where it is set. */
  refusal: Exclude<StoreAnswer, { kind: 'stored' }> | undefined;

  constructor(faults: { readonly store?: FaultScript; readonly retrieve?: FaultScript } = {}) {
    this.faults = { store: new Faults(faults.store), retrieve: new Faults(faults.retrieve) };
  }

  /** The paths of the instances that are there, in the order of their arrival. */
  get paths(): readonly string[] {
    return [...this.#instances.keys()];
  }

  get openBodies(): number {
    return this.#bodies.count;
  }

  put(uids: InstanceUids, bytes: Buffer): void {
    this.#instances.set(formatInstancePath(uids), bytes);
  }

  /** Somebody deletes an instance. */
  remove(uids: InstanceUids): void {
    this.#instances.delete(formatInstancePath(uids));
  }

  bytesOf(uids: InstanceUids): Buffer | undefined {
    return this.#instances.get(formatInstancePath(uids));
  }

  async store({ uids, sizeBytes, body }: InstanceUpload, signal: AbortSignal): Promise<StoreAnswer> {
    const path = formatInstancePath(uids);
    this.uploads.push({ path, sizeBytes });
    this.faults.store.next();
    const bytes = await readAll(body);
    signal.throwIfAborted();
    if (this.refusal !== undefined) return this.refusal;
    if (this.#instances.has(path)) return { kind: 'exists', detail: 'already exists' };
    this.#instances.set(path, bytes);
    return { kind: 'stored' };
  }

  async retrieve(uids: InstanceUids, signal: AbortSignal): Promise<AsyncIterable<Buffer>> {
    await Promise.resolve();
    signal.throwIfAborted();
    this.faults.retrieve.next();
    const bytes = this.bytesOf(uids);
    if (bytes === undefined)
      throw new NotFoundError('retrieve instance: answered 404', { details: { status: 404 } });
    return this.#bodies.track(arriving(cutEvery(bytes, 700)));
  }
}
