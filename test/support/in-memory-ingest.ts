import type { IngestReport } from '../../src/domain/report.ts';
import type { CarryDependencies } from '../../src/usecases/ingest/carry-dependencies.ts';
import type { InMemoryDicomStore } from './in-memory-dicom-store.ts';
import type { StoredObject } from './in-memory-object-storage.ts';
import { IngestWorld } from './ingest-world.ts';

/** What one event has led to. */
export interface Handled {
  /** What the platform was answered. */
  readonly status: number;
  readonly reports: readonly IngestReport[];
  /** The bytes of each instance that is in the store now. */
  readonly stored: readonly Buffer[];
  /** The names of the copies that were made. */
  readonly copies: readonly string[];
  /** Bodies that were neither read to their end nor closed. */
  readonly openBodies: number;
}

/** Has the real handler, with nothing but memory around it, handle the event of one object. */
export async function handleInMemory(
  stored: StoredObject,
  changes: Partial<CarryDependencies> = {},
): Promise<Handled> {
  const world = new IngestWorld({ changes });
  const status = await world.deliver(world.drop(stored));
  const { reports, storage, store } = world;
  return {
    status,
    reports,
    stored: store.paths.map((path) => bytesAt(store, path)),
    copies: [...storage.copies.keys()],
    openBodies: storage.openBodies + store.openBodies,
  };
}

function bytesAt(store: InMemoryDicomStore, path: string): Buffer {
  const [, studyInstanceUid = '', , seriesInstanceUid = '', , sopInstanceUid = ''] = path.split('/');
  const bytes = store.bytesOf({ studyInstanceUid, seriesInstanceUid, sopInstanceUid });
  if (bytes === undefined) throw new Error(`The store has nothing at ${path}.`);
  return bytes;
}
