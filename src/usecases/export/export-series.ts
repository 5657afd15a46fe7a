import { readHeader } from '../../domain/dicom/header.ts';
import { CourierError } from '../../domain/errors.ts';
import type { PlanItem } from '../../domain/export/export-plan.ts';
import { readTransferSyntax } from '../../domain/export/file-meta.ts';
import { itemKey, type ItemResult } from '../../domain/export/item-result.ts';
import { describeError } from '../attempts.ts';
import type { SeriesUids } from '../../ports/dicom-retrieval.ts';
import type { Invocation } from '../invocation.ts';
import type { ExportDependencies } from './export-dependencies.ts';
import { exported } from './item-results.ts';
import { toNewObject, type ExportContext } from './own-object.ts';
import { peekBody, type PeekedBody } from './peek-body.ts';

/** A stream pays off from so many instances on; for fewer it would carry others along for nothing. */
const FEWEST_INSTANCES = 2;

/** Instances up to here are written while the stream goes on; larger ones hold it up until they are written. */
const LARGEST_HELD_BYTES = 4 * 1024 * 1024;

/**
 * Exports what it can of the items by one stream for each series (RetrieveSeries).
 *
 * It is tried once: what a stream does not bring, because it was cut or an object's name is taken, is left to be exported
 * instance by instance.
 *
 * @returns the items that are left.
 */
export async function exportSeries(
  items: readonly PlanItem[],
  context: ExportContext,
  deps: ExportDependencies,
  invocation: Invocation,
  onResult: (result: ItemResult) => void,
): Promise<readonly PlanItem[]> {
  const { selection, rendition } = context.plan;
  const isPossible = rendition.kind === 'original' && selection.kind === 'targets';
  if (deps.settings.retrieveBy !== 'series' || !isPossible) return items;
  const done = new Set<PlanItem>();
  const streams = bySeries(items).filter((group) => group.items.size >= FEWEST_INSTANCES);
  for (const group of streams) {
    const stream = new SeriesStream(group, context, deps, invocation, (result) => {
      done.add(result.item);
      onResult(result);
    });
    await stream.run().catch((error: unknown) => {
      if (!(error instanceof CourierError)) throw error;
      invocation.logger.warning('series stream given up', describeError(error));
    });
  }
  return items.filter((item) => !done.has(item));
}

interface SeriesGroup {
  readonly series: SeriesUids;
  /** By `itemKey`. */
  readonly items: Map<string, PlanItem>;
}

function bySeries(items: readonly PlanItem[]): readonly SeriesGroup[] {
  const groups = new Map<string, SeriesGroup>();
  for (const item of items) {
    const { studyInstanceUid, seriesInstanceUid } = item.uids;
    const key = `${studyInstanceUid}/${seriesInstanceUid}`;
    const group = groups.get(key) ?? { series: { studyInstanceUid, seriesInstanceUid }, items: new Map() };
    group.items.set(itemKey(item), item);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** One series on its way. */
class SeriesStream {
  readonly #group: SeriesGroup;
  readonly #context: ExportContext;
  readonly #deps: ExportDependencies;
  readonly #invocation: Invocation;
  readonly #onResult: (result: ItemResult) => void;
  readonly #writing = new Set<Promise<void>>();
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
            if (this.#failure !== undefined) break;
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
    const item = this.#find(peeked.beginning, peeked.isAll);
    if (item === undefined) return;
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
  #find(beginning: Buffer, isAll: boolean): PlanItem | undefined {
    const reading = readHeader(beginning, isAll, { maxHeaderBytes: LARGEST_HELD_BYTES });
    if (reading.kind !== 'instance') return undefined;
    const { uids } = reading.header;
    return this.#group.items.get(itemKey({ uids, frame: undefined }));
  }

  async #write(item: PlanItem, { beginning, body, isAll }: PeekedBody): Promise<void> {
    const transferSyntaxUid = readTransferSyntax(beginning);
    const sizeBytes = isAll ? beginning.length : undefined;
    const object = toNewObject(item, this.#context, { body, sizeBytes, transferSyntaxUid });
    const answer = await this.#deps.writer.write(object, this.#invocation.signal);
    // Whose the object is that is there already is settled instance by instance.
    if (answer.kind === 'written') this.#onResult(exported(item, answer, transferSyntaxUid));
  }
}
