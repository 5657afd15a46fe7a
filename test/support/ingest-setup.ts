import { crc32c } from '../../src/adapters/node-crc32c.ts';
import { DEFAULT_LANE_SETTINGS } from '../../src/retry/lane.ts';
import type { CarryCall, CarryDependencies } from '../../src/usecases/ingest/carry-dependencies.ts';
import { makeSeriesRecords } from '../../src/usecases/ingest/series-records.ts';
import { makeLanes, type Lanes } from '../../src/usecases/lanes.ts';
import type { FaultScript } from './fault-script.ts';
import { CLOCK_START_MS, FakeClock } from './fake-clock.ts';
import { InMemoryDicomStore } from './in-memory-dicom-store.ts';
import { InMemoryDocumentStorage } from './in-memory-document-storage.ts';
import { InMemoryObjectStorage } from './in-memory-object-storage.ts';

type Call = 'open' | 'copy' | 'delete' | 'store' | 'retrieve' | 'read' | 'create';

/** Everything that ingest works with, in memory, and the dependencies made of it. */
export interface IngestSetup {
  readonly clock: FakeClock;
  readonly storage: InMemoryObjectStorage;
  readonly store: InMemoryDicomStore;
  readonly state: InMemoryDocumentStorage;
  readonly lanes: Lanes;
  readonly deps: CarryDependencies;
}

export function setUpIngest(
  changes: Partial<CarryDependencies> = {},
  faults: Readonly<Partial<Record<Call, FaultScript>>> = {},
): IngestSetup {
  const clock = new FakeClock();
  const storage = new InMemoryObjectStorage(faults);
  const store = new InMemoryDicomStore(faults);
  const state = new InMemoryDocumentStorage(faults);
  const lanes = makeLanes(DEFAULT_LANE_SETTINGS, clock);
  const deps: CarryDependencies = {
    storage,
    store,
    retrieveLane: lanes.retrieve,
    records: makeSeriesRecords(state, clock),
    crc32c,
    maxHeaderBytes: 65_536,
    mostBytes: 1_000_000,
    noPreamble: 'reject',
    reingestAfterDelete: 'refuse',
    verify: 'conflicts',
    ...changes,
  };
  return { clock, storage, store, state, lanes, deps };
}

/** An attempt that has had its turn, with a minute left. */
export function makeCarryCall(changes: Partial<CarryCall> = {}): CarryCall {
  return {
    signal: new AbortController().signal,
    latestAt: CLOCK_START_MS + 60_000,
    paced: (send) => send(),
    ...changes,
  };
}
