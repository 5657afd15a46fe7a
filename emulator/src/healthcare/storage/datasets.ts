import { randomUUID } from 'node:crypto';
import { glob, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DicomStore } from './dicom-store.ts';
import { readJsonFile, writeJson } from './json-file.ts';
import { KeyedLock } from './keyed-lock.ts';
import { OperationRecords } from './operation-records.ts';

/** A resource as the API shows it. `name` is its full resource name. */
export interface Resource {
  readonly name: string;
  readonly [field: string]: unknown;
}

export interface StoreEntry {
  resource: Resource;
  readonly instances: DicomStore;
}

export interface DatasetEntry {
  readonly resource: Resource;
  /** By the last part of their names. */
  readonly stores: Map<string, StoreEntry>;
  readonly operations: OperationRecords;
}

/**
 * The datasets and DICOM stores, each a directory with one JSON file.
 *
 * A resource's directory is its name with every part percent-encoded.
 */
export class Datasets {
  /** By full resource name. */
  readonly byName = new Map<string, DatasetEntry>();
  readonly #directory: string;
  readonly #locks = new KeyedLock();

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async open(directory: string): Promise<Datasets> {
    const datasets = new Datasets(directory);
    await mkdir(directory, { recursive: true });
    await rm(datasets.#trash, { recursive: true, force: true });
    await datasets.#load();
    return datasets;
  }

  get #trash(): string {
    return join(this.#directory, 'deleted');
  }

  /** @returns undefined when there is one of that name. */
  async createDataset(resource: Resource): Promise<DatasetEntry | undefined> {
    return this.#locks.run(resource.name, async () => {
      if (this.byName.has(resource.name)) return undefined;
      const directory = this.#directoryOf(resource.name);
      const operations = await OperationRecords.open(join(directory, 'operations'), resource.name);
      await writeJson(join(directory, 'dataset.json'), resource);
      const dataset = { resource, stores: new Map<string, StoreEntry>(), operations };
      this.byName.set(resource.name, dataset);
      return dataset;
    });
  }

  /** @returns false when there is one of that name. */
  async createStore(dataset: DatasetEntry, storeId: string, resource: Resource): Promise<boolean> {
    return this.#locks.run(resource.name, async () => {
      if (dataset.stores.has(storeId)) return false;
      const directory = this.#directoryOf(resource.name);
      const instances = await DicomStore.open(directory);
      await writeJson(join(directory, 'store.json'), resource);
      dataset.stores.set(storeId, { resource, instances });
      return true;
    });
  }

  async updateStore(entry: StoreEntry, resource: Resource): Promise<void> {
    await writeJson(join(this.#directoryOf(resource.name), 'store.json'), resource);
    entry.resource = resource;
  }

  async deleteDataset(dataset: DatasetEntry): Promise<void> {
    this.byName.delete(dataset.resource.name);
    await this.#remove(dataset.resource.name);
  }

  async deleteStore(dataset: DatasetEntry, storeId: string, store: StoreEntry): Promise<void> {
    dataset.stores.delete(storeId);
    await this.#remove(store.resource.name);
  }

  /** One rename makes a resource vanish, so that a deletion cut short leaves nothing half deleted. */
  async #remove(name: string): Promise<void> {
    await mkdir(this.#trash, { recursive: true });
    const moved = join(this.#trash, randomUUID());
    await rename(this.#directoryOf(name), moved);
    await rm(moved, { recursive: true });
  }

  #directoryOf(name: string): string {
    return join(this.#directory, ...name.split('/').map(encodeURIComponent));
  }

  async #load(): Promise<void> {
    const found = glob('projects/*/locations/*/datasets/*/dataset.json', { cwd: this.#directory });
    for await (const path of found) {
      const resource = await readResource(join(this.#directory, path));
      const stores = new Map<string, StoreEntry>();
      const directory = join(this.#directory, dirname(path));
      const operations = await OperationRecords.open(join(directory, 'operations'), resource.name);
      this.byName.set(resource.name, { resource, stores, operations });
      for await (const storePath of glob('dicomStores/*/store.json', { cwd: directory })) {
        const store = await readResource(join(directory, storePath));
        const instances = await DicomStore.open(join(directory, dirname(storePath)));
        stores.set(store.name.slice(store.name.lastIndexOf('/') + 1), { resource: store, instances });
      }
    }
  }
}

async function readResource(path: string): Promise<Resource> {
  return (await readJsonFile(path)) as Resource;
}
