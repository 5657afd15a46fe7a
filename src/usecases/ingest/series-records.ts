import * as v from 'valibot';
import type { InstanceUids } from '../../domain/dicom/instance-uids.ts';
import {
  deletionLedgerNames,
  ingestMarkerName,
  instanceTombstoneName,
  seriesTombstoneName,
  studyTombstoneName,
} from '../../domain/state-names.ts';
import { parseTombstone, type Tombstone } from '../../domain/tombstone.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStorage } from '../../ports/document-storage.ts';
import { makeRecently } from './recently.ts';

/** What ingest and delete know of each other, series by series. */
export interface SeriesRecords {
  /**
   * When the study, the series or the instance was last deleted through the worker, or undefined when it never was.
   * Milliseconds since the epoch.
   */
  deletedAtMs(uids: InstanceUids, signal: AbortSignal): Promise<number | undefined>;
  /** The same, as it is now: a deletion that was called off leaves no tombstone, which may be remembered all the same. */
  confirmDeletedAtMs(uids: InstanceUids, signal: AbortSignal): Promise<number | undefined>;
  /** Leaves word that the series is being ingested today. Returns when it is there. */
  markIngested(uids: InstanceUids, signal: AbortSignal): Promise<void>;
  /** Whether the study, the series or the instance is being deleted at this moment. */
  isBeingDeleted(uids: InstanceUids, signal: AbortSignal): Promise<boolean>;
}

/** How long "not deleted" is believed. A minute covers the burst in which a series arrives, at one call a study. */
const TOMBSTONE_LIFETIME_MS = 60_000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** Studies and series of which a process remembers something; some 200 bytes each. */
const MOST_REMEMBERED = 20_000;

const ledger = v.object({ phase: v.string() });

export function makeSeriesRecords(state: DocumentStorage, clock: Clock): SeriesRecords {
  const tombstones = makeRecently<Tombstone | undefined>(clock, TOMBSTONE_LIFETIME_MS, MOST_REMEMBERED);
  const markers = makeRecently<'created' | 'exists'>(clock, DAY_MS, MOST_REMEMBERED);

  const readTombstone = async (name: string, signal: AbortSignal): Promise<Tombstone | undefined> => {
    const document = await state.read(name, signal);
    return document === undefined ? undefined : parseTombstone(document);
  };
  const recallTombstone: typeof readTombstone = (name, signal) =>
    tombstones.get(name, () => readTombstone(name, signal));

  return {
    deletedAtMs: (uids, signal) => findDeletion(uids, (name) => recallTombstone(name, signal)),
    confirmDeletedAtMs: (uids, signal) => findDeletion(uids, (name) => readTombstone(name, signal)),

    async markIngested(uids, signal) {
      const day = new Date(clock.now()).toISOString().slice(0, 10);
      const name = ingestMarkerName(uids, day);
      await markers.get(name, () =>
        state.create(name, { ingestedAt: new Date(clock.now()).toISOString() }, signal),
      );
    },

    async isBeingDeleted(uids, signal) {
      const documents = await Promise.all(deletionLedgerNames(uids).map((name) => state.read(name, signal)));
      return documents.some(
        (document) => document !== undefined && v.parse(ledger, document).phase !== 'ended',
      );
    },
  };
}

/** From the study down, and no further than something is said to be there. */
async function findDeletion(
  uids: InstanceUids,
  tombstone: (name: string) => Promise<Tombstone | undefined>,
): Promise<number | undefined> {
  const study = await tombstone(studyTombstoneName(uids));
  if (study === undefined) return undefined;
  const series = await tombstone(seriesTombstoneName(uids));
  const instance = series?.hasInstances === true ? await tombstone(instanceTombstoneName(uids)) : undefined;
  const times = [study, series, instance].map((one) => one?.deletedAt).filter((time) => time != null);
  return times.length === 0 ? undefined : Math.max(...times.map((time) => Date.parse(time)));
}
