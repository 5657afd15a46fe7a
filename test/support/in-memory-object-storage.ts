import { crc32c } from '../../src/adapters/node-crc32c.ts';
import { NotFoundError } from '../../src/domain/errors.ts';
import { formatObjectRef, type ObjectRef } from '../../src/domain/object-ref.ts';
import type { CopyTarget, ObjectStorage, OpenedObject } from '../../src/ports/object-storage.ts';
import { arriving, cutEvery } from './blocks.ts';
import { Faults, type FaultScript } from './fault-script.ts';
import { OpenBodies } from './tracked-body.ts';

export interface StoredObject {
  readonly bytes: Buffer;
  /** @default null */
  readonly contentEncoding?: string | null;
  /** How the bytes arrive at each opening in turn, where that is not whole and right; the last one repeats. */
  readonly arrivals?: readonly (readonly Buffer[] | Error)[];
}

/** Buckets in memory. What is opened has to be read to its end or closed: `openBodies` counts what was not. */
export class InMemoryObjectStorage implements ObjectStorage {
  readonly #objects = new Map<string, StoredObject>();
  readonly #openings = new Map<string, number>();
  readonly #bodies = new OpenBodies();
  /** By `bucket/name`. */
  readonly copies = new Map<string, { readonly source: ObjectRef; readonly target: CopyTarget }>();
  readonly opened: string[] = [];
  readonly faults: Readonly<Record<'open' | 'copy' | 'delete', Faults>>;

  constructor(faults: Readonly<Partial<Record<'open' | 'copy' | 'delete', FaultScript>>> = {}) {
    this.faults = {
      open: new Faults(faults.open),
      copy: new Faults(faults.copy),
      delete: new Faults(faults.delete),
    };
  }

  get openBodies(): number {
    return this.#bodies.count;
  }

  put(object: ObjectRef, stored: StoredObject): void {
    this.#objects.set(formatObjectRef(object), stored);
  }

  has(object: ObjectRef): boolean {
    return this.#objects.has(formatObjectRef(object));
  }

  /** Somebody deletes an object, or replaces it by another. */
  remove(object: ObjectRef): void {
    this.#objects.delete(formatObjectRef(object));
  }

  async open(object: ObjectRef, signal: AbortSignal): Promise<OpenedObject> {
    const ref = formatObjectRef(object);
    this.opened.push(ref);
    await Promise.resolve();
    signal.throwIfAborted();
    this.faults.open.next();
    const stored = this.#find(object);
    const opening = this.#openings.get(ref) ?? 0;
    this.#openings.set(ref, opening + 1);
    return {
      sizeBytes: stored.bytes.length,
      crc32c: crc32c(stored.bytes, 0),
      contentEncoding: stored.contentEncoding ?? null,
      body: this.#bodies.track(arrivalOf(stored, opening)),
    };
  }

  async copy(object: ObjectRef, target: CopyTarget, signal: AbortSignal): Promise<'created' | 'exists'> {
    await Promise.resolve();
    signal.throwIfAborted();
    this.faults.copy.next();
    this.#find(object);
    const name = `${target.bucket}/${target.name}`;
    if (this.copies.has(name)) return 'exists';
    this.copies.set(name, { source: object, target });
    return 'created';
  }

  async delete(object: ObjectRef, signal: AbortSignal): Promise<void> {
    await Promise.resolve();
    signal.throwIfAborted();
    this.faults.delete.next();
    this.#objects.delete(formatObjectRef(object));
  }

  #find(object: ObjectRef): StoredObject {
    const stored = this.#objects.get(formatObjectRef(object));
    if (stored === undefined)
      throw new NotFoundError('open object: answered 404', { details: { status: 404 } });
    return stored;
  }
}

function arrivalOf({ bytes, arrivals = [] }: StoredObject, opening: number): AsyncIterable<Buffer> {
  const arrival = arrivals[Math.min(opening, arrivals.length - 1)] ?? cutEvery(bytes, 512);
  return arrival instanceof Error ? arriving([], arrival) : arriving(arrival);
}
