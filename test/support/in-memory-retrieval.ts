import { formatInstancePath, type InstanceUids } from '../../src/domain/dicom/instance-uids.ts';
import { NotFoundError } from '../../src/domain/errors.ts';
import { formatRendition } from '../../src/domain/export/rendition.ts';
import type {
  DicomRetrieval,
  RetrieveAnswer,
  RetrieveRequest,
  SeriesUids,
} from '../../src/ports/dicom-retrieval.ts';
import { arriving, cutEvery } from './blocks.ts';
import { Faults, type FaultScript } from './fault-script.ts';
import { OpenBodies } from './tracked-body.ts';

type Call = 'retrieve' | 'retrieveSeries';

interface Stored {
  readonly uids: InstanceUids;
  /** The answers by form, e.g. `original`, `metadata` or `rendered:image/png 2` for its second frame. */
  readonly forms: Readonly<Record<string, Buffer | { readonly status: number; readonly detail: string }>>;
}

/** Instances in memory that are retrieved, in whatever forms a test gives them. */
export class InMemoryRetrieval implements DicomRetrieval {
  readonly faults: Readonly<Record<Call, Faults>>;
  /** Every request, as path and form, in order. */
  readonly requests: string[] = [];
  /** Cuts the stream of a series after so many instances, where it is set. */
  seriesCutAfter: number | undefined;
  /** How many instances streams have brought. */
  streamed = 0;
  /** Whether answers say how long they are. */
  tellsSize = true;
  /** How much arrives at once. */
  blockBytes = 700;
  readonly #stored = new Map<string, Stored>();
  readonly #bodies = new OpenBodies();

  constructor(faults: Readonly<Partial<Record<Call, FaultScript>>> = {}) {
    this.faults = {
      retrieve: new Faults(faults.retrieve),
      retrieveSeries: new Faults(faults.retrieveSeries),
    };
  }

  get openBodies(): number {
    return this.#bodies.count;
  }

  put(uids: InstanceUids, forms: Stored['forms']): void {
    this.#stored.set(formatInstancePath(uids), { uids, forms });
  }

  remove(uids: InstanceUids): void {
    this.#stored.delete(formatInstancePath(uids));
  }

  async retrieve({ uids, rendition, frame }: RetrieveRequest, signal: AbortSignal): Promise<RetrieveAnswer> {
    const form = `${formatRendition(rendition)}${frame === undefined ? '' : ` ${frame}`}`;
    this.requests.push(`${formatInstancePath(uids)} ${form}`);
    await Promise.resolve();
    signal.throwIfAborted();
    this.faults.retrieve.next();
    const stored = this.#stored.get(formatInstancePath(uids));
    if (stored === undefined) throw notFound();
    const answer = stored.forms[form] ?? { status: 406, detail: `no ${form}` };
    if (!Buffer.isBuffer(answer)) return { kind: 'refused', ...answer };
    const body = this.#bodies.track(arriving(cutEvery(answer, this.blockBytes)));
    return { kind: 'found', sizeBytes: this.tellsSize ? answer.length : undefined, body };
  }

  async retrieveSeries(
    series: SeriesUids,
    signal: AbortSignal,
  ): Promise<AsyncIterable<AsyncIterable<Buffer>>> {
    this.requests.push(`studies/${series.studyInstanceUid}/series/${series.seriesInstanceUid}`);
    await Promise.resolve();
    signal.throwIfAborted();
    this.faults.retrieveSeries.next();
    const parts = [...this.#stored.values()]
      .filter(({ uids }) => uids.seriesInstanceUid === series.seriesInstanceUid)
      .map(({ forms }) => forms['original'])
      .filter((bytes) => Buffer.isBuffer(bytes));
    if (parts.length === 0) throw notFound();
    return this.#stream(parts);
  }

  async *#stream(parts: readonly Buffer[]): AsyncGenerator<AsyncIterable<Buffer>> {
    for (const [index, part] of parts.entries()) {
      await Promise.resolve();
      if (index === this.seriesCutAfter) throw new NotFoundError('retrieve series: cut');
      this.streamed += 1;
      yield arriving(cutEvery(part, this.blockBytes));
    }
  }
}

function notFound(): NotFoundError {
  return new NotFoundError('retrieve instance: answered 404', { details: { status: 404 } });
}
