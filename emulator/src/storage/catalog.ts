import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { GoogleError } from '../http/google-error.ts';
import { Journal } from './journal.ts';
import type { BucketRecord, Change, ObjectKey, ObjectRecord, PendingEvent } from './records.ts';
import { compareUtf8, SortedNames } from './sorted-names.ts';

interface BucketIndex {
  readonly record: BucketRecord;
  readonly names: SortedNames;
  /** Generations of each name, oldest first. */
  readonly generations: Map<string, readonly ObjectRecord[]>;
}

/**
 * What buckets and objects there are: in memory to be fast, in a journal to survive.
 *
 * Reading and {@link commit} are synchronous. A caller that looks, checks its preconditions and commits without
 * an `await` in between is therefore atomic, however many requests are under way.
 */
export class Catalog {
  readonly #buckets = new Map<string, BucketIndex>();
  readonly #pendingEvents = new Map<string, PendingEvent>();
  readonly #now: () => number;
  #lastGeneration = 0;
  #journal: Journal<Change> | undefined;

  private constructor(now: () => number) {
    this.#now = now;
  }

  /** @param now milliseconds since 1970. */
  static async open(dataDir: string, now: () => number): Promise<Catalog> {
    mkdirSync(dataDir, { recursive: true });
    const catalog = new Catalog(now);
    catalog.#journal = await Journal.open<Change>(
      join(dataDir, 'catalog.jsonl'),
      (change) => catalog.#apply(change),
      () => catalog.#snapshot(),
    );
    return catalog;
  }

  now(): string {
    return new Date(this.#now()).toISOString();
  }

  /** Larger than every generation given out before, about the time in microseconds. */
  nextGeneration(): number {
    return Math.max(this.#now() * 1000, this.#lastGeneration + 1);
  }

  /** In the order of their names. */
  buckets(): readonly BucketRecord[] {
    const records = [...this.#buckets.values()].map(({ record }) => record);
    return records.sort((left, right) => compareUtf8(left.name, right.name));
  }

  hasBucket(name: string): boolean {
    return this.#buckets.has(name);
  }

  /** @throws GoogleError 404. */
  bucket(name: string): BucketRecord {
    return this.#index(name).record;
  }

  /** Names that have at least one generation, live or not. */
  names(bucket: string): SortedNames {
    return this.#index(bucket).names;
  }

  /** All generations of a name, oldest first. */
  generations(bucket: string, name: string): readonly ObjectRecord[] {
    return this.#index(bucket).generations.get(name) ?? [];
  }

  live(bucket: string, name: string): ObjectRecord | undefined {
    const last = this.generations(bucket, name).at(-1);
    return last?.timeDeleted === undefined ? last : undefined;
  }

  /**
   * One generation, or the live one.
   *
   * @throws GoogleError 404 also when the bucket is there and the object is not.
   */
  object(bucket: string, name: string, generation?: number): ObjectRecord {
    const found =
      generation === undefined
        ? this.live(bucket, name)
        : this.generations(bucket, name).find((record) => record.generation === generation);
    if (found !== undefined) return found;
    const suffix = generation === undefined ? '' : `#${generation}`;
    throw new GoogleError(404, `No such object: ${bucket}/${name}${suffix}`);
  }

  *objects(): Iterable<ObjectRecord> {
    for (const { names, generations } of this.#buckets.values()) {
      for (let index = 0; index < names.length; index += 1)
        yield* generations.get(names.at(index) ?? '') ?? [];
    }
  }

  pendingEvents(): readonly PendingEvent[] {
    return [...this.#pendingEvents.values()];
  }

  /** @throws when the journal cannot be written; then nothing has changed. */
  commit(change: Change): void {
    this.#journal?.append(change);
    this.#apply(change);
  }

  close(): void {
    this.#journal?.close();
  }

  #index(name: string): BucketIndex {
    const found = this.#buckets.get(name);
    if (found === undefined) throw new GoogleError(404, 'The specified bucket does not exist.');
    return found;
  }

  #apply(change: Change): void {
    this.#lastGeneration = Math.max(this.#lastGeneration, change.lastGeneration ?? 0);
    for (const record of change.buckets ?? []) {
      const { names, generations } = this.#buckets.get(record.name) ?? {
        names: new SortedNames(),
        generations: new Map<string, readonly ObjectRecord[]>(),
      };
      this.#buckets.set(record.name, { record, names, generations });
    }
    for (const name of change.bucketsGone ?? []) this.#buckets.delete(name);
    for (const key of change.objectsGone ?? []) this.#forget(key);
    for (const record of change.objects ?? []) this.#put(record);
    for (const event of change.events ?? []) this.#pendingEvents.set(event.id, event);
    for (const id of change.eventsSent ?? []) this.#pendingEvents.delete(id);
  }

  #put(record: ObjectRecord): void {
    const { names, generations } = this.#index(record.bucket);
    const others = (generations.get(record.name) ?? []).filter(
      ({ generation }) => generation !== record.generation,
    );
    const all = [...others, record].sort((left, right) => left.generation - right.generation);
    if (others.length === 0) names.add(record.name);
    generations.set(record.name, all);
    this.#lastGeneration = Math.max(this.#lastGeneration, record.generation);
  }

  #forget(key: ObjectKey): void {
    const { names, generations } = this.#index(key.bucket);
    const left = (generations.get(key.name) ?? []).filter(({ generation }) => generation !== key.generation);
    if (left.length > 0) {
      generations.set(key.name, left);
      return;
    }
    generations.delete(key.name);
    names.remove(key.name);
  }

  *#snapshot(): Iterable<Change> {
    yield { lastGeneration: this.#lastGeneration, buckets: this.buckets() };
    for (const record of this.objects()) yield { objects: [record] };
    for (const event of this.#pendingEvents.values()) yield { events: [event] };
  }
}
