import { sliceFolder } from '../../domain/export/export-names.ts';
import { formatResult, itemKey, type ItemResult } from '../../domain/export/item-result.ts';
import { eachName } from '../each-name.ts';
import type { Invocation } from '../invocation.ts';
import { readResults } from './read-parts.ts';
import type { ExportDependencies } from './export-dependencies.ts';

type LogDependencies = Pick<ExportDependencies, 'state' | 'attempts' | 'clock' | 'random' | 'settings'>;

/** How a delivery of a slice that did not finish it has ended. */
export type Ending =
  /** It had its chance. */
  | 'over'
  /** The store was not to be spoken to, so it says nothing of the instances. */
  | 'excused';

/** After the time is up, so long is left to say how far it came. The platform waits a margin longer than the work may take. */
const NOTE_TIMEOUT_MS = 8000;

type Mark = 'start' | 'found' | 'done' | Ending;

interface LogEntry {
  readonly name: string;
  readonly startedAtMs: number;
  readonly mark: Mark;
}

const NAME = /\/(\d{15})-[0-9a-f]+-(start|found|done|over|excused)\.jsonl?$/;

/**
 * How far a slice has come, over all of its deliveries.
 *
 * Each leaves word in documents of its own, named by when it began, because the function may create and not change:
 * that it has begun, what it has found or done, how it has ended. One that was killed has only begun, and counts as over when no
 * invocation can last so long.
 */
export class SliceLog {
  /** What became of items in deliveries before this one, by `itemKey`. */
  readonly results: ReadonlyMap<string, ItemResult>;
  /** Whether another delivery has begun before, so that objects may be there that no word was left of. */
  readonly isRepeated: boolean;
  /** How many deliveries since the last progress have had their chance, and come no further. */
  readonly fruitless: number;
  readonly #base: string;
  readonly #deps: LogDependencies;

  private constructor(
    base: string,
    entries: readonly LogEntry[],
    results: ReadonlyMap<string, ItemResult>,
    deps: LogDependencies,
  ) {
    this.#base = base;
    this.#deps = deps;
    this.results = results;
    this.isRepeated = entries.length > 0;
    this.fruitless = countFruitless(entries, deps.clock.now() - deps.settings.timeLimitMs);
  }

  /** Reads what there is, and leaves word that this delivery has begun. */
  static async open(
    id: string,
    slice: number,
    deps: LogDependencies,
    invocation: Invocation,
  ): Promise<SliceLog> {
    const { state, attempts, random } = deps;
    const folder = sliceFolder(id, slice);
    const token = Math.floor(random() * 2 ** 32).toString(16);
    const base = `${folder}${String(Math.floor(invocation.startedAtMs)).padStart(15, '0')}-${token}`;
    const start = `${base}-start.json`;
    const [entries] = await Promise.all([
      readEntries(folder, start, deps, invocation),
      attempts(invocation, ({ signal }) => state.create(start, {}, signal)),
    ]);
    const results = new Map<string, ItemResult>();
    for (const { name } of entries.filter(({ mark }) => mark === 'done' || mark === 'found')) {
      for (const result of await readResults(name, deps, invocation))
        results.set(itemKey(result.item), result);
    }
    return new SliceLog(base, entries, results, deps);
  }

  /** Leaves word of what was found to be there already. */
  async noteFound(results: readonly ItemResult[]): Promise<void> {
    if (results.length > 0) await this.#noteResults('found', results);
  }

  /** Leaves word of what was done, and of how it ended where it was not enough. The invocation's time may be up. */
  async noteEnd(results: readonly ItemResult[], ending: Ending): Promise<void> {
    if (results.length > 0) await this.#noteResults('done', results);
    const signal = AbortSignal.timeout(NOTE_TIMEOUT_MS);
    await this.#deps.state.create(`${this.#base}-${ending}.json`, {}, signal);
  }

  async #noteResults(mark: 'found' | 'done', results: readonly ItemResult[]): Promise<void> {
    const signal = AbortSignal.timeout(NOTE_TIMEOUT_MS);
    await this.#deps.state.createLines(`${this.#base}-${mark}.jsonl`, linesOf(results), signal);
  }
}

/** What other deliveries have left, whether or not this one's word is there already. */
async function readEntries(
  folder: string,
  own: string,
  { state, attempts }: LogDependencies,
  invocation: Invocation,
): Promise<readonly LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const name of eachName(state, { prefix: folder }, attempts, invocation)) {
    const entry = name === own ? undefined : parseEntry(name);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

/** Everything since the last progress that is over, and was not excused. */
function countFruitless(entries: readonly LogEntry[], killedBeforeMs: number): number {
  const isMarked = (mark: Mark) => (entry: LogEntry) => entry.mark === mark;
  const progressAtMs = Math.max(
    ...entries
      .filter(({ mark }) => mark === 'found' || mark === 'done')
      .map(({ startedAtMs }) => startedAtMs),
    -1,
  );
  const started = entries.filter(isMarked('start')).filter(({ startedAtMs }) => startedAtMs > progressAtMs);
  const isOver = (start: LogEntry): boolean => {
    const base = start.name.replace(/-start\.json$/, '');
    const endings = entries.filter(({ name }) => name.startsWith(`${base}-`));
    if (endings.some(isMarked('excused'))) return false;
    return endings.some(isMarked('over')) || start.startedAtMs < killedBeforeMs;
  };
  return started.filter(isOver).length;
}

function parseEntry(name: string): LogEntry | undefined {
  const [, startedAt, mark] = NAME.exec(name) ?? [];
  return startedAt === undefined ? undefined : { name, startedAtMs: Number(startedAt), mark: mark as Mark };
}

async function* linesOf(results: readonly ItemResult[]): AsyncGenerator {
  for (const result of results) yield await Promise.resolve(formatResult(result));
}
