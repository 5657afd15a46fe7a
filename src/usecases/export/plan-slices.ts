import { planSliceName } from '../../domain/export/export-names.ts';
import { formatSliceItem, seriesKey, type PlanItem } from '../../domain/export/export-plan.ts';
import { FingerprintTable } from '../../domain/export/fingerprint-table.ts';
import type { Invocation } from '../invocation.ts';
import type { ExportDependencies } from './export-dependencies.ts';

/**
 * Writes a plan slice by slice as it becomes known, holding one slice.
 *
 * A series is kept together, so that it can come as one stream: one that would not fit any more begins the next slice. Only
 * one that is larger than a slice is cut. Items come series by series, but for a study of several pages, of which each may bring more of
 * any: such a series is cut, too. The items of cut series say so, but for what was written before anybody knew.
 *
 * Memory holds one slice, and 16 bytes for each series.
 */
export class PlanSlices {
  readonly #id: string;
  readonly #token: string;
  readonly #deps: Pick<ExportDependencies, 'state' | 'attempts' | 'settings'>;
  readonly #invocation: Invocation;
  #slice: PlanItem[] = [];
  /** The series of the slices that are written. */
  readonly #before = new FingerprintTable();
  #written = 0;
  #items = 0;

  constructor(
    id: string,
    token: string,
    deps: Pick<ExportDependencies, 'state' | 'attempts' | 'settings'>,
    invocation: Invocation,
  ) {
    this.#id = id;
    this.#token = token;
    this.#deps = deps;
    this.#invocation = invocation;
  }

  get items(): number {
    return this.#items;
  }

  async add(item: PlanItem): Promise<void> {
    if (this.#slice.length >= this.#deps.settings.sliceInstances) await this.#makeRoom(seriesKey(item));
    this.#slice.push(item);
    this.#items += 1;
  }

  /** Writes what is left. @returns how many slices there are. */
  async end(): Promise<number> {
    if (this.#slice.length > 0) await this.#write(this.#slice, false);
    return this.#written;
  }

  /** Writes what a full slice holds, but for the series that goes on, unless that is all there is. */
  async #makeRoom(next: string): Promise<void> {
    const begin = this.#slice.findLastIndex((item) => seriesKey(item) !== next) + 1;
    const isCut = begin === 0;
    const end = isCut ? this.#slice.length : begin;
    await this.#write(this.#slice.slice(0, end), isCut);
    this.#slice = this.#slice.slice(end);
  }

  /** @param goesOn whether all of it is one series, of which there is more. */
  async #write(items: readonly PlanItem[], goesOn: boolean): Promise<void> {
    const name = planSliceName(this.#id, this.#token, this.#written);
    const series = new Set(items.map(seriesKey));
    const cut = new Set([...series].filter((key) => goesOn || this.#before.has(key)));
    const { state, attempts } = this.#deps;
    await attempts(this.#invocation, ({ signal }) => state.createLines(name, linesOf(items, cut), signal));
    this.#written += 1;
    for (const key of series) this.#before.put(key);
  }
}

async function* linesOf(items: readonly PlanItem[], cut: ReadonlySet<string>): AsyncGenerator {
  for (const item of items) {
    yield await Promise.resolve(formatSliceItem(item, cut.has(seriesKey(item))));
  }
}
