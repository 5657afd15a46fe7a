import { dayBefore, type Period } from '../../domain/deletion/period.ts';
import { isUid } from '../../domain/dicom/uid.ts';
import type { Invocation } from '../invocation.ts';
import type { DeletionDependencies } from './deletion-dependencies.ts';

/** What ingest's markers know of a study. */
export interface MarkedStudy {
  readonly studyInstanceUid: string;
  /** Series to the day it was last ingested, `YYYY-MM-DD`. */
  readonly series: ReadonlyMap<string, string>;
}

const PREFIX = 'ingested/';
const MARKER = /^ingested\/([^/]+)\/([^/]+)\/(\d{4}-\d{2}-\d{2})$/;

/**
 * The studies that ingest has left markers of, one after the other.
 *
 * Markers are listed by name, so those of a study come together, and no more than one study is held at a time.
 *
 * @param after the study after which to go on; null from the beginning.
 */
export async function* eachMarkedStudy(
  after: string | null,
  { state, attempts }: Pick<DeletionDependencies, 'state' | 'attempts'>,
  invocation: Invocation,
): AsyncGenerator<MarkedStudy> {
  let current: { studyInstanceUid: string; series: Map<string, string> } | undefined;
  let pageToken: string | undefined;
  // "0" is the character behind "/": everything of that study comes before it.
  const startOffset = after === null ? undefined : `${PREFIX}${after}0`;
  do {
    const page = await attempts(invocation, () =>
      state.list({ prefix: PREFIX, startOffset, pageToken }, invocation.signal),
    );
    for (const name of page.names) {
      const [, study = '', series = '', day = ''] = MARKER.exec(name) ?? [];
      if (!isUid(study) || !isUid(series)) continue;
      if (current?.studyInstanceUid !== study) {
        if (current !== undefined) yield current;
        current = { studyInstanceUid: study, series: new Map() };
      }
      // The days of a series come in their order, so the last one stays.
      current.series.set(series, day);
    }
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  if (current !== undefined) yield current;
}

/** Younger markers stay, whatever the store lists: what they stand for may be on its way. */
const STALE_AFTER: Period = { months: 0, days: 7 };

/**
 * Removes the markers of a study that the store does not have any more, so that no later cleanup asks for it again.
 *
 * Nothing is lost by removing too many: what has no marker is kept.
 */
export async function pruneMarkers(
  studyInstanceUid: string,
  { state, attempts, clock }: Pick<DeletionDependencies, 'state' | 'attempts' | 'clock'>,
  invocation: Invocation,
): Promise<void> {
  const { signal } = invocation;
  const before = dayBefore(clock.now(), STALE_AFTER);
  const prefix = `${PREFIX}${studyInstanceUid}/`;
  let pageToken: string | undefined;
  do {
    const page = await attempts(invocation, () => state.list({ prefix, pageToken }, signal));
    for (const name of page.names) {
      const [, , , day = ''] = MARKER.exec(name) ?? [];
      if (day !== '' && day < before) await attempts(invocation, () => state.remove(name, signal));
    }
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
}
