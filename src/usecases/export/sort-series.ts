import { CourierError } from '../../domain/errors.ts';
import type { PlanItem } from '../../domain/export/export-plan.ts';
import type { ItemResult } from '../../domain/export/item-result.ts';
import { inParallel } from './in-parallel.ts';
import type { SeriesGroup } from './series-groups.ts';

/**
 * Larger instances come faster one by one, each with a connection of its own; smaller ones in one stream, which spares a
 * request for each (docs/decisions/0023-own-multipart-reader-for-series.md has the figures).
 */
const LARGEST_STREAMED_BYTES = 1024 * 1024;

/** Exports one item; `onOpened` is told how large it is, where the store says so beforehand. */
export type ExportOne = (item: PlanItem, onOpened?: (sizeBytes: number) => void) => Promise<ItemResult>;

/**
 * Exports single items and the first instance of each series, which says how large the others are; and the others, too, where
 * they are large.
 *
 * Others wait until the first of their series, which is begun before them, is known to be large or small; not until it is
 * written. What fails is left: it is tried again with whatever else is.
 *
 * @returns the series that are to come as a stream.
 */
export async function sortSeries(
  groups: readonly SeriesGroup[],
  singles: readonly PlanItem[],
  exportOne: ExportOne,
  concurrency: number,
  goesOn: () => boolean,
): Promise<readonly SeriesGroup[]> {
  const samples = groups.map((group) => new Sample(group));
  const tasks: (() => Promise<unknown>)[] = [
    ...samples.map((sample) => () => sample.export(exportOne)),
    ...singles.map((item) => () => exportOne(item)),
    ...samples.flatMap((sample) =>
      sample.others.map((item) => async () => {
        if ((await sample.size()) === 'large') await exportOne(item);
      }),
    ),
  ];
  const failure = await inParallel(tasks, concurrency, (task) => task(), goesOn);
  if (failure !== undefined && !(failure.error instanceof CourierError)) throw failure.error;
  const sizes = await Promise.all(samples.map((sample) => sample.size()));
  return groups.filter((_group, index) => sizes[index] === 'small');
}

type Size = 'small' | 'large' | 'unknown';

/** The first instance of a series. */
class Sample {
  readonly others: readonly PlanItem[];
  readonly #first: PlanItem | undefined;
  readonly #size = Promise.withResolvers<Size>();
  #isBegun = false;

  constructor({ items }: SeriesGroup) {
    [this.#first, ...this.others] = items.values();
  }

  async export(exportOne: ExportOne): Promise<void> {
    this.#isBegun = true;
    try {
      if (this.#first === undefined) return;
      const { object } = await exportOne(this.#first, (sizeBytes) => this.#settle(sizeBytes));
      if (object !== null) this.#settle(object.sizeBytes);
    } finally {
      this.#size.resolve('unknown');
    }
  }

  /** Comes back when it is known, or is not going to be: an instance that nobody has begun to export tells nothing. */
  size(): Promise<Size> {
    return this.#isBegun ? this.#size.promise : Promise.resolve('unknown');
  }

  #settle(sizeBytes: number): void {
    this.#size.resolve(sizeBytes > LARGEST_STREAMED_BYTES ? 'large' : 'small');
  }
}
