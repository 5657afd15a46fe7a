import { crc32c } from '../../src/adapters/node-crc32c.ts';
import { NotFoundError } from '../../src/domain/errors.ts';
import type { ObjectRef } from '../../src/domain/object-ref.ts';
import type { ObjectStorage, OpenedObject } from '../../src/ports/object-storage.ts';
import type { FoundObject, NewObject, ObjectWriter, WriteAnswer } from '../../src/ports/object-writer.ts';
import { arriving, cutEvery, readAll } from './blocks.ts';
import { Faults, type FaultScript } from './fault-script.ts';
import { OpenBodies } from './tracked-body.ts';

interface Written {
  readonly generation: number;
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
}

type Call = 'write' | 'look' | 'open';

/** Buckets in memory that are written to. An object is there once its whole body has arrived. */
export class InMemoryObjectWriter implements ObjectWriter, Pick<ObjectStorage, 'open'> {
  /** By `bucket/name`. */
  readonly objects = new Map<string, Written>();
  readonly faults: Readonly<Record<Call, Faults>>;
  /** What goes wrong after an object has been written, as when the answer is lost. */
  readonly lostAnswers: Faults;
  readonly #bodies = new OpenBodies();
  #generation = 1000;

  constructor(faults: Readonly<Partial<Record<Call, FaultScript>>> = {}, lostAnswers: FaultScript = []) {
    this.faults = {
      write: new Faults(faults.write),
      look: new Faults(faults.look),
      open: new Faults(faults.open),
    };
    this.lostAnswers = new Faults(lostAnswers);
  }

  get openBodies(): number {
    return this.#bodies.count;
  }

  /** The names in a bucket, sorted. */
  names(bucket: string): string[] {
    const prefix = `${bucket}/`;
    const names = [...this.objects.keys()].filter((key) => key.startsWith(prefix));
    return names.map((key) => key.slice(prefix.length)).sort();
  }

  /** Somebody else's object, or an earlier one. */
  put(key: string, bytes: Buffer, metadata: Readonly<Record<string, string>> = {}): void {
    this.#generation += 1;
    const contentType = 'application/octet-stream';
    this.objects.set(key, { generation: this.#generation, bytes, contentType, metadata });
  }

  async write(object: NewObject, signal: AbortSignal): Promise<WriteAnswer> {
    const bytes = await readAll(this.#bodies.track(object.body));
    signal.throwIfAborted();
    this.faults.write.next();
    if (object.sizeBytes !== undefined && object.sizeBytes !== bytes.length) {
      throw new Error('The body is not as long as it was said to be.');
    }
    const key = `${object.bucket}/${object.name}`;
    const current = this.objects.get(key)?.generation;
    if (String(current ?? '') !== (object.replaces ?? '')) return { kind: 'exists' };
    this.#generation += 1;
    const { contentType, metadata } = object;
    this.objects.set(key, { generation: this.#generation, bytes, contentType, metadata });
    this.lostAnswers.next();
    return { kind: 'written', ...describe({ generation: this.#generation, bytes }) };
  }

  async look(bucket: string, name: string, signal: AbortSignal): Promise<FoundObject | undefined> {
    await Promise.resolve();
    signal.throwIfAborted();
    this.faults.look.next();
    const found = this.objects.get(`${bucket}/${name}`);
    return found === undefined ? undefined : { ...describe(found), metadata: found.metadata };
  }

  async open({ bucket, name, generation }: ObjectRef, signal: AbortSignal): Promise<OpenedObject> {
    await Promise.resolve();
    signal.throwIfAborted();
    this.faults.open.next();
    const found = this.objects.get(`${bucket}/${name}`);
    if (found === undefined || String(found.generation) !== generation)
      throw new NotFoundError('open object: answered 404', { details: { status: 404 } });
    const { sizeBytes, crc32c: checksum } = describe(found);
    const body = this.#bodies.track(arriving(cutEvery(found.bytes, 512)));
    return { sizeBytes, crc32c: checksum, contentEncoding: null, body };
  }
}

function describe({ generation, bytes }: Pick<Written, 'generation' | 'bytes'>): {
  generation: string;
  sizeBytes: number;
  crc32c: number;
} {
  return { generation: String(generation), sizeBytes: bytes.length, crc32c: crc32c(bytes, 0) };
}
