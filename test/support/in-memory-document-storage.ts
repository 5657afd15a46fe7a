import type { DocumentStorage } from '../../src/ports/document-storage.ts';
import { Faults, type FaultScript } from './fault-script.ts';

/** Documents in memory. */
export class InMemoryDocumentStorage implements DocumentStorage {
  readonly documents = new Map<string, unknown>();
  /** Every name that was asked for, in order. */
  readonly namesRead: string[] = [];
  readonly faults: { readonly read: Faults; readonly create: Faults };

  constructor(faults: { readonly read?: FaultScript; readonly create?: FaultScript } = {}) {
    this.faults = { read: new Faults(faults.read), create: new Faults(faults.create) };
  }

  async read(name: string, signal: AbortSignal): Promise<unknown> {
    this.namesRead.push(name);
    await Promise.resolve();
    signal.throwIfAborted();
    this.faults.read.next();
    return structuredClone(this.documents.get(name));
  }

  async create(name: string, content: unknown, signal: AbortSignal): Promise<'created' | 'exists'> {
    await Promise.resolve();
    signal.throwIfAborted();
    this.faults.create.next();
    if (this.documents.has(name)) return 'exists';
    this.documents.set(name, structuredClone(content));
    return 'created';
  }
}
