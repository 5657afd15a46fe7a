import type { DeletionReport } from '../../src/domain/deletion/deletion-report.ts';
import { DeletionWorld } from './deletion-world.ts';

// The clock starts on 2026-01-02, so P365D falls on 2025-01-02.
export const OLD = '2025-01-01';
export const NOT_OLD_ENOUGH = '2025-01-02';
export const RECENT = '2025-12-25';
const MODALITY = '00080060';
const STUDY_DATE = '00080020';

export interface SeriesSpec {
  readonly study: string;
  readonly series: string;
  /** Null for none. @default 'CT' */
  readonly modality?: string | null;
  readonly studyDate?: string;
  /** The days of its markers. */
  readonly marked?: readonly string[];
  readonly instances?: number;
}

export function putSeries(world: DeletionWorld, specs: readonly SeriesSpec[]): void {
  for (const { study, series, modality = 'CT', studyDate, marked = [], instances = 2 } of specs) {
    for (let n = 1; n <= instances; n += 1) {
      world.archive.put(
        { studyInstanceUid: study, seriesInstanceUid: series, sopInstanceUid: `${series}.${n}` },
        {
          ...(modality === null ? {} : { [MODALITY]: [modality] }),
          ...(studyDate === undefined ? {} : { [STUDY_DATE]: [studyDate] }),
        },
      );
    }
    for (const day of marked) world.mark(study, series, day);
  }
}

export const cleanup = (changes: object = {}): Record<string, unknown> & { id: string } => ({
  action: 'cleanup',
  id: 'nightly',
  olderThan: 'P365D',
  age: 'ingested',
  dryRun: false,
  ...changes,
});

export async function cleanUp(
  specs: readonly SeriesSpec[],
  changes: object = {},
  options: ConstructorParameters<typeof DeletionWorld>[0] = {},
  prepare: (world: DeletionWorld) => void = () => undefined,
): Promise<{ world: DeletionWorld; report: DeletionReport; left: string[] }> {
  const world = new DeletionWorld({ pageSize: 2, ...options, archive: { maxPage: 2, ...options.archive } });
  putSeries(world, specs);
  prepare(world);
  const report = await world.run(cleanup(changes));
  const left = [...new Set(world.archive.uids().map((name) => name.split('/').slice(0, 2).join('/')))];
  return { world, report, left };
}
