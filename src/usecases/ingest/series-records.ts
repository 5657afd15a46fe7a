import * as v from 'valibot';
import type { InstanceUids } from '../../domain/dicom/instance-uids.ts';
import {
  deletionLedgerNames,
  ingestMarkerName,
  seriesTombstoneName,
  studyTombstoneName,
} from '../../domain/state-names.ts';
import { parseTombstone } from '../../domain/tombstone.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStorage } from '../../ports/document-storage.ts';
import { makeRecently } from './recently.ts';

/** What ingest and delete know of each other, series by series. */
export interface SeriesRecords {
  /**
   * When the study or the series was last deleted through the worker, or undefined when it never was.
   * Milliseconds since the epoch.
   */
  deletedAtMs(uids: InstanceUids, signal: AbortSignal): Promise<number | undefined>;
  /** Leaves word that the series is being ingested today. Returns when it is there. */
  markIngested(uids: InstanceUids, signal: AbortSignal): Promise<void>;
  /** Whether the study or the series is being deleted at this moment. */
  isBeingDeleted(uids: InstanceUids, signal: AbortSignal): Promise<boolean>;
}

/** How long "not deleted" is believed. A minute covers the burst in which a series arrives, at one call a study. */
const TOMBSTONE_LIFETIME_MS = 60_000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** Studies and series of which a process remembers something; some 200 bytes each. */
const MOST_REMEMBERED = 20_000;

const ledger = v.object({ phase: v.string() });

export function makeSeriesRecords(state: DocumentStorage, clock: Clock): SeriesRecords {
  const tombstones = makeRecently<number | null | undefined>(clock, TOMBSTONE_LIFETIME_MS, MOST_REMEMBERED);
  const markers = makeRecently<'created' | 'exists'>(clock, DAY_MS, MOST_REMEMBERED);

  /** Undefined: no tombstone; null: one that only says that there are others below. */
  const tombstone = (name: string, signal: AbortSignal): Promise<number | null | undefined> =>
    tombstones.get(name, async () => {
      const document = await state.read(name, signal);
      if (document === undefined) return undefined;
      const { deletedAt } = parseTombstone(document);
      return deletedAt === null ? null : Date.parse(deletedAt);
    });

  return {
    async deletedAtMs(uids, signal) {
      const study = await tombstone(studyTombstoneName(uids), signal);
      if (study === undefined) return undefined;
      const series = await tombstone(seriesTombstoneName(uids), signal);
      const times = [study, series].filter((time): time is number => typeof time === 'number');
      return times.length === 0 ? undefined : Math.max(...times);
    },

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
