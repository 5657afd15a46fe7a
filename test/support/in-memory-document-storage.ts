import { MalformedAnswerError } from '../../src/domain/errors.ts';
import type {
  DocumentListing,
  DocumentPage,
  VersionedDocument,
  VersionedDocumentStorage,
} from '../../src/ports/document-storage.ts';
import { Faults, type FaultScript } from './fault-script.ts';
import { listPage } from './list-page.ts';

type Call = keyof VersionedDocumentStorage;
type Write = 'create' | 'createLines' | 'replace' | 'remove';

interface Options {
  /** The most that a page has, whatever limit is asked for. @default 1000 */
  readonly pageSize?: number;
  /** What goes wrong with each writing call after it has been carried out, as when an answer is lost. */
  readonly lostAnswers?: Readonly<Partial<Record<Write, FaultScript>>>;
}

/** The content of a document that is JSON lines. */
class JsonLines {
  readonly lines: readonly unknown[];

  constructor(lines: readonly unknown[]) {
    this.lines = lines;
  }
}

/** Documents in memory. Every change of one, also by a test, gives it a new generation. */
export class InMemoryDocumentStorage implements VersionedDocumentStorage {
  /** The contents by name: JSON values, or {@link JsonLines}. */
  readonly documents: Map<string, unknown>;
  /** Every name that was asked for, in order. */
  readonly namesRead: string[] = [];
  readonly faults: Readonly<Record<Call, Faults>>;
  readonly lostAnswers: Readonly<Record<Write, Faults>>;
  readonly #documents = new GenerationMap();
  readonly #pageSize: number;

  constructor(
    faults: Readonly<Partial<Record<Call, FaultScript>>> = {},
    { pageSize = 1000, lostAnswers = {} }: Options = {},
  ) {
    this.documents = this.#documents;
    this.#pageSize = pageSize;
    this.faults = {
      read: new Faults(faults.read),
      create: new Faults(faults.create),
      list: new Faults(faults.list),
      createLines: new Faults(faults.createLines),
      readLines: new Faults(faults.readLines),
      readVersion: new Faults(faults.readVersion),
      replace: new Faults(faults.replace),
      remove: new Faults(faults.remove),
    };
    this.lostAnswers = {
      create: new Faults(lostAnswers.create),
      createLines: new Faults(lostAnswers.createLines),
      replace: new Faults(lostAnswers.replace),
      remove: new Faults(lostAnswers.remove),
    };
  }

  async read(name: string, signal: AbortSignal): Promise<unknown> {
    this.namesRead.push(name);
    await this.#begin('read', signal);
    return this.#content(name);
  }

  async create(name: string, content: unknown, signal: AbortSignal): Promise<'created' | 'exists'> {
    await this.#begin('create', signal);
    const outcome = this.#createUnlessThere(name, structuredClone(content));
    this.lostAnswers.create.next();
    return outcome;
  }

  async list(listing: DocumentListing, signal: AbortSignal): Promise<DocumentPage> {
    await this.#begin('list', signal);
    const limit = Math.min(listing.limit ?? 1000, this.#pageSize);
    return listPage(this.documents.keys(), { ...listing, limit });
  }

  async createLines(
    name: string,
    lines: Iterable<unknown> | AsyncIterable<unknown>,
    signal: AbortSignal,
  ): Promise<'created' | 'exists'> {
    await this.#begin('createLines', signal);
    const written: unknown[] = [];
    for await (const line of lines) written.push(structuredClone(line));
    signal.throwIfAborted();
    const outcome = this.#createUnlessThere(name, new JsonLines(written));
    this.lostAnswers.createLines.next();
    return outcome;
  }

  async readLines(name: string, signal: AbortSignal): Promise<AsyncIterable<unknown> | undefined> {
    this.namesRead.push(name);
    await this.#begin('readLines', signal);
    if (!this.documents.has(name)) return undefined;
    const content = this.documents.get(name);
    return arrivingLines(content instanceof JsonLines ? content.lines : [content], signal);
  }

  async readVersion(name: string, signal: AbortSignal): Promise<VersionedDocument | undefined> {
    this.namesRead.push(name);
    await this.#begin('readVersion', signal);
    const generation = this.#documents.generationOf(name);
    return generation === undefined ? undefined : { content: this.#content(name), generation };
  }

  async replace(
    name: string,
    content: unknown,
    generation: string | null,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    await this.#begin('replace', signal);
    const isUnchanged = (this.#documents.generationOf(name) ?? null) === generation;
    if (isUnchanged) this.documents.set(name, structuredClone(content));
    const replaced = isUnchanged ? this.#documents.generationOf(name) : undefined;
    this.lostAnswers.replace.next();
    return replaced;
  }

  async remove(name: string, signal: AbortSignal): Promise<void> {
    await this.#begin('remove', signal);
    this.documents.delete(name);
    this.lostAnswers.remove.next();
  }

  async #begin(call: Call, signal: AbortSignal): Promise<void> {
    await Promise.resolve();
    signal.throwIfAborted();
    this.faults[call].next();
  }

  #createUnlessThere(name: string, content: unknown): 'created' | 'exists' {
    if (this.documents.has(name)) return 'exists';
    this.documents.set(name, content);
    return 'created';
  }

  #content(name: string): unknown {
    const content = this.documents.get(name);
    if (!(content instanceof JsonLines)) return structuredClone(content);
    // One line is a document; more are not JSON.
    if (content.lines.length === 1) return structuredClone(content.lines[0]);
    throw new MalformedAnswerError('read document: it is not JSON', { details: { call: 'read document' } });
  }
}

/** Contents with a generation each, which is never used again. */
class GenerationMap extends Map<string, unknown> {
  readonly #generations = new Map<string, string>();
  #last = 1_700_000_000_000_000n;

  override set(name: string, content: unknown): this {
    this.#last += 1n;
    this.#generations.set(name, String(this.#last));
    return super.set(name, content);
  }

  generationOf(name: string): string | undefined {
    return this.has(name) ? this.#generations.get(name) : undefined;
  }
}

async function* arrivingLines(lines: readonly unknown[], signal: AbortSignal): AsyncGenerator {
  for (const line of lines) {
    await Promise.resolve();
    signal.throwIfAborted();
    yield structuredClone(line);
  }
}
