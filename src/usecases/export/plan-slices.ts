import { planSliceName } from '../../domain/export/export-names.ts';
import { formatPlanItem, type PlanItem } from '../../domain/export/export-plan.ts';
import type { Invocation } from '../invocation.ts';
import type { ExportDependencies } from './export-dependencies.ts';

/** Writes a plan slice by slice as it becomes known, holding one slice. */
export class PlanSlices {
  readonly #id: string;
  readonly #token: string;
  readonly #deps: Pick<ExportDependencies, 'state' | 'attempts' | 'settings'>;
  readonly #invocation: Invocation;
  #slice: PlanItem[] = [];
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
    this.#slice.push(item);
    this.#items += 1;
    if (this.#slice.length >= this.#deps.settings.sliceInstances) await this.#write();
  }

  /** Writes what is left. @returns how many slices there are. */
  async end(): Promise<number> {
    if (this.#slice.length > 0) await this.#write();
    return this.#written;
  }

  async #write(): Promise<void> {
    const name = planSliceName(this.#id, this.#token, this.#written);
    const items = this.#slice;
    const { state, attempts } = this.#deps;
    await attempts(this.#invocation, ({ signal }) => state.createLines(name, linesOf(items), signal));
    this.#slice = [];
    this.#written += 1;
  }
}

async function* linesOf(items: readonly PlanItem[]): AsyncGenerator {
  for (const item of items) yield await Promise.resolve(formatPlanItem(item));
}
