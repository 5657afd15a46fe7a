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

/** Everything that ingest works with, in memory. */
export interface IngestSurroundings {
  readonly clock: FakeClock;
  readonly storage: InMemoryObjectStorage;
  readonly store: InMemoryDicomStore;
  readonly state: InMemoryDocumentStorage;
}

/** What one process has of its own, and the dependencies made of that and its surroundings. */
export interface IngestProcess {
  readonly lanes: Lanes;
  readonly deps: CarryDependencies;
}

export type IngestSetup = IngestSurroundings & IngestProcess;

export function setUpIngest(
  changes: Partial<CarryDependencies> = {},
  faults: Readonly<Partial<Record<Call, FaultScript>>> = {},
): IngestSetup {
  const surroundings = makeIngestSurroundings(faults);
  return { ...surroundings, ...makeIngestProcess(surroundings, changes) };
}

export function makeIngestSurroundings(
  faults: Readonly<Partial<Record<Call, FaultScript>>> = {},
): IngestSurroundings {
  return {
    clock: new FakeClock(),
    storage: new InMemoryObjectStorage(faults),
    store: new InMemoryDicomStore(faults),
    state: new InMemoryDocumentStorage(faults),
  };
}

/** A process that remembers nothing yet. */
export function makeIngestProcess(
  { clock, storage, store, state }: IngestSurroundings,
  changes: Partial<CarryDependencies> = {},
): IngestProcess {
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
  return { lanes, deps };
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
