import { readHeader } from '../../domain/dicom/header.ts';
import { CourierError } from '../../domain/errors.ts';
import type { PlanItem } from '../../domain/export/export-plan.ts';
import { META_BYTES, readTransferSyntax } from '../../domain/export/file-meta.ts';
import { itemKey, type ItemResult } from '../../domain/export/item-result.ts';
import { describeError } from '../attempts.ts';
import type { Invocation } from '../invocation.ts';
import type { ExportDependencies } from './export-dependencies.ts';
import { exported } from './item-results.ts';
import { toNewObject, type ExportContext } from './own-object.ts';
import { peekBody, type PeekedBody } from './peek-body.ts';
import type { SeriesGroup } from './series-groups.ts';

/** Where an instance's UIDs are found in practice; where not, all that has arrived is looked through. */
const USUAL_HEADER_BYTES = 16 * 1024;

/** Instances up to here are written while the stream goes on; larger ones hold it up until they are written. */
const LARGEST_HELD_BYTES = 4 * 1024 * 1024;

/**
 * Exports what it can of some series by one stream each (RetrieveSeries).
 *
 * It is tried once: what a stream does not bring, because it was cut or an object's name is taken, is left to be exported
 * instance by instance. One that brings more instances that nobody wants than it was to bring is closed.
 *
 * @param goesOn asked before each stream; when it says no, none is begun.
 */
export async function exportSeries(
  groups: readonly SeriesGroup[],
  context: ExportContext,
  deps: ExportDependencies,
  invocation: Invocation,
  onResult: (result: ItemResult) => void,
  goesOn: () => boolean,
): Promise<void> {
  for (const group of groups) {
    if (!goesOn()) return;
    const stream = new SeriesStream(group, context, deps, invocation, onResult);
    await stream.run().catch((error: unknown) => {
      if (!(error instanceof CourierError)) throw error;
      invocation.logger.warning('series stream given up', describeError(error));
    });
  }
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
