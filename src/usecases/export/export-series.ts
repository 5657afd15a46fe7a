import { readHeader } from '../../domain/dicom/header.ts';
import { CourierError } from '../../domain/errors.ts';
import { seriesKey, type PlanItem, type SliceItem } from '../../domain/export/export-plan.ts';
import { META_BYTES, readTransferSyntax } from '../../domain/export/file-meta.ts';
import { itemKey, type ItemResult } from '../../domain/export/item-result.ts';
import { describeError } from '../attempts.ts';
import type { SeriesUids } from '../../ports/dicom-retrieval.ts';
import type { Invocation } from '../invocation.ts';
import type { ExportDependencies } from './export-dependencies.ts';
import { exportItem } from './export-item.ts';
import { exported } from './item-results.ts';
import { toNewObject, type ExportContext } from './own-object.ts';
import { peekBody, type PeekedBody } from './peek-body.ts';

/** A stream pays off from so many instances on; for fewer it would carry others along for nothing. */
const FEWEST_INSTANCES = { series: 2, auto: 8 } as const;

/**
 * Larger instances come faster one by one, each with a connection of its own; smaller ones in one stream, which spares a
 * request for each (docs/decisions/0023-own-multipart-reader-for-series.md has the figures).
 */
const LARGEST_STREAMED_BYTES = 1024 * 1024;

/** Where an instance's UIDs are found in practice; where not, all that has arrived is looked through. */
const USUAL_HEADER_BYTES = 16 * 1024;

/** Instances up to here are written while the stream goes on; larger ones hold it up until they are written. */
const LARGEST_HELD_BYTES = 4 * 1024 * 1024;

/** What of a slice is to be exported. */
export interface SliceItems {
  /** All there are in it. */
  readonly all: readonly SliceItem[];
  /** Those that nothing is known of yet. */
  readonly open: readonly PlanItem[];
}

/**
 * Exports what it can of the open items by one stream for each series (RetrieveSeries), where that is wanted and pays off.
 *
 * It is tried once: what a stream does not bring, because it was cut or an object's name is taken, is left to be exported
 * instance by instance. A series of which the slice holds a part only is left, too: the stream would carry all of it,
 * and one that brings more instances that nobody wants than it was to bring is closed.
 *
 * @param goesOn asked before each stream; when it says no, none is begun.
 * @returns the items that are left.
 */
export async function exportSeries(
  { all, open }: SliceItems,
  context: ExportContext,
  deps: ExportDependencies,
  invocation: Invocation,
  onResult: (result: ItemResult) => void,
  goesOn: () => boolean,
): Promise<readonly PlanItem[]> {
  const { selection, rendition } = context.plan;
  const { retrieveBy } = deps.settings;
  const isPossible = rendition.kind === 'original' && selection.kind === 'targets';
  if (retrieveBy === 'instance' || !isPossible) return open;
  const done = new Set<PlanItem>();
  const add = (result: ItemResult): void => {
    done.add(result.item);
    onResult(result);
  };
  const cut = new Set(all.filter(({ isOfCutSeries }) => isOfCutSeries).map(seriesKey));
  const whole = bySeries(all);
  const isWorthwhile = ([key, { items }]: readonly [string, SeriesGroup]): boolean =>
    items.size >= FEWEST_INSTANCES[retrieveBy] &&
    items.size * 2 > (whole.get(key)?.items.size ?? 0) &&
    !cut.has(key);
  const wanted = open.filter((item) => !isSingle(item, context));
  const streams = [...bySeries(wanted)].filter(isWorthwhile).map(([, group]) => group);
  for (const group of streams) {
    if (!goesOn()) break;
    if (retrieveBy === 'auto' && !(await isOfSmall(group, context, deps, invocation, add))) continue;
    const stream = new SeriesStream(group, context, deps, invocation, add);
    await stream.run().catch((error: unknown) => {
      if (!(error instanceof CourierError)) throw error;
      invocation.logger.warning('series stream given up', describeError(error));
    });
  }
  return open.filter((item) => !done.has(item));
}

/**
 * Exports the first instance of a series by itself: it says how large the others are.
 *
 * @returns whether they are to come as a stream; not where the first one could not be exported.
 */
async function isOfSmall(
  group: SeriesGroup,
  context: ExportContext,
  deps: ExportDependencies,
  invocation: Invocation,
  add: (result: ItemResult) => void,
): Promise<boolean> {
  const [first] = group.items.values();
  if (first === undefined) return false;
  try {
    const result = await exportItem(first, context, deps, invocation);
    add(result);
    group.items.delete(itemKey(first));
    const { object } = result;
    return object !== null && object.sizeBytes <= LARGEST_STREAMED_BYTES;
  } catch (error) {
    if (!(error instanceof CourierError)) throw error;
    // It is tried again with the others.
    invocation.logger.warning('series stream not begun', describeError(error));
    return false;
  }
}

/** Whether an instance was asked for by itself, so that nothing says how many others its series has. */
function isSingle({ target }: PlanItem, { plan }: ExportContext): boolean {
  return plan.targets[target]?.target.sopInstanceUid != null;
}

interface SeriesGroup {
  readonly series: SeriesUids;
  /** By `itemKey`. */
  readonly items: Map<string, PlanItem>;
}

function bySeries(items: readonly PlanItem[]): ReadonlyMap<string, SeriesGroup> {
  const groups = new Map<string, SeriesGroup>();
  for (const item of items) {
    const { studyInstanceUid, seriesInstanceUid } = item.uids;
    const key = seriesKey(item);
    const group = groups.get(key) ?? { series: { studyInstanceUid, seriesInstanceUid }, items: new Map() };
    group.items.set(itemKey(item), item);
    groups.set(key, group);
  }
  return groups;
}

/** One series on its way. */
class SeriesStream {
  readonly #group: SeriesGroup;
  readonly #context: ExportContext;
  readonly #deps: ExportDependencies;
  readonly #invocation: Invocation;
  readonly #onResult: (result: ItemResult) => void;
  readonly #writing = new Set<Promise<void>>();
  /** How many instances it has brought that nobody wants. */
  #strangers = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(
    group: SeriesGroup,
    context: ExportContext,
    deps: ExportDependencies,
    invocation: Invocation,
    onResult: (result: ItemResult) => void,
  ) {
    this.#group = group;
    this.#context = context;
    this.#deps = deps;
    this.#invocation = invocation;
    this.#onResult = onResult;
  }

  /** @throws what has ended the stream, or the first failure to write; nothing is being written any more. */
  async run(): Promise<void> {
    const { retrieval, retrieveLane, settings } = this.#deps;
    const { signal, deadlineAt: latestAt } = this.#invocation;
    await retrieveLane.run(
      async (paced) => {
        const parts = await paced(() => retrieval.retrieveSeries(this.#group.series, signal));
        try {
          for await (const part of parts) {
            await this.#take(part);
            while (this.#writing.size >= settings.concurrency) await Promise.race(this.#writing);
            if (this.#failure !== undefined || this.#strangers > this.#group.items.size) break;
          }
        } finally {
          await Promise.all(this.#writing);
        }
      },
      { signal, latestAt },
    );
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Begins to write a part; comes back when all of it has arrived. */
  async #take(part: AsyncIterable<Buffer>): Promise<void> {
    const peeked = await peekBody(part, LARGEST_HELD_BYTES);
    const item = this.#find(peeked);
    if (item === undefined) {
      this.#strangers += 1;
      return;
    }
    const writing = this.#write(item, peeked)
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
    // The next part begins where this one ends.
    if (!peeked.isAll) await writing;
  }

  /** The item that the part is, by what its own data set says. */
  #find(peeked: PeekedBody): PlanItem | undefined {
    const { arrivedBytes, isAll } = peeked;
    for (const leastBytes of [USUAL_HEADER_BYTES, arrivedBytes]) {
      const head = peeked.beginning(leastBytes);
      const isWhole = isAll && head.length === arrivedBytes;
      const reading = readHeader(head, isWhole, { maxHeaderBytes: LARGEST_HELD_BYTES });
      if (reading.kind === 'instance') {
        return this.#group.items.get(itemKey({ uids: reading.header.uids, frame: undefined }));
      }
    }
    return undefined;
  }

  async #write(item: PlanItem, peeked: PeekedBody): Promise<void> {
    const { arrivedBytes, body, isAll } = peeked;
    const transferSyntaxUid = readTransferSyntax(peeked.beginning(META_BYTES));
    const sizeBytes = isAll ? arrivedBytes : undefined;
    const object = toNewObject(item, this.#context, { body, sizeBytes, transferSyntaxUid });
    const answer = await this.#deps.writer.write(object, this.#invocation.signal);
    // Whose the object is that is there already is settled instance by instance.
    if (answer.kind === 'written') this.#onResult(exported(item, answer, transferSyntaxUid));
  }
}
