import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GoogleError } from '../../emulator/src/http/google-error.ts';
import { sendJson, type Handler } from '../../emulator/src/http/server.ts';
import { DICOM_STORE } from '../peers/names.ts';
import { delayAnswer, refuseUnknown } from '../peers/peer.ts';
import { HEADER_BYTES, makeHeader, readIdentity } from '../peers/synthetic-instance.ts';
import { makeObject } from '../peers/synthetic-object.ts';
import type { ExportContext } from './export-context.ts';

const ROOT = `/v1/${DICOM_STORE}/dicomWeb/`;
const RETRIEVE = /^studies\/[\d.]+\/series\/[\d.]+(?:\/instances\/[\d.]+)?$/;
const SEARCH = /^(?:studies\/([\d.]+)\/(?:series\/([\d.]+)\/)?)?(series|instances)$/;
const BOUNDARY = 'bench-boundary';

/** An instance that a store lists. */
export interface Entry {
  readonly number: number;
  readonly study: string;
  readonly series: string;
  readonly instance: string;
}

/** The synthetic instances of one size, which exist only while they are read. */
export class ExportStore {
  /**
   * The entries below each study, series and instance, by `study`, `study/series` and `study/series/instance`. A search
   * through all entries for every request made the peers slower than the function from some thousands on.
   */
  readonly #below = new Map<string, Entry[]>();
  /** The first entry of each series. */
  #series: readonly Entry[] = [];
  #sizeBytes = HEADER_BYTES;

  fill(instances: number, sizeBytes: number): void {
    this.list(
      Array.from({ length: instances }, (_, number) => {
        const { study, series, instance } = readIdentity(makeHeader(number, sizeBytes));
        return { number, study, series, instance };
      }),
    );
    this.#sizeBytes = sizeBytes;
  }

  /** Lists these from now on, and nothing else. */
  list(entries: readonly Entry[]): void {
    this.#below.clear();
    for (const entry of entries) {
      const { study, series, instance } = entry;
      for (const key of [study, `${study}/${series}`, `${study}/${series}/${instance}`]) {
        const known = this.#below.get(key);
        if (known === undefined) this.#below.set(key, [entry]);
        else known.push(entry);
      }
    }
    this.#series = firstOfSeries(entries);
  }

  get studies(): readonly string[] {
    return [...new Set(this.#series.map(({ study }) => study))];
  }

  /** The least of a DICOM store that is searched and retrieved from. */
  handler(context: ExportContext): Handler {
    return async (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://store');
      const path = pathname.replace(ROOT, '');
      const [searched, study, series, level] = SEARCH.exec(path) ?? [];
      const isRetrieval = RETRIEVE.test(path);
      if (request.method !== 'GET' || (searched === undefined && !isRetrieval)) {
        throw refuseUnknown(context, `${request.method ?? ''} ${pathname}`);
      }
      await delayAnswer(context);
      if (searched !== undefined) {
        context.requests.count('search');
        const offset = Number(searchParams.get('offset'));
        const found = this.#search(level, study, series);
        const rows = found.slice(offset, offset + Number(searchParams.get('limit'))).map(toRow);
        sendJson(response, 200, rows, { 'content-type': 'application/dicom+json' });
        return;
      }
      const isAlone = path.includes('/instances/');
      context.requests.count(isAlone ? 'retrieve instance' : 'retrieve series');
      const found = this.#below.get(path.replace(/studies\/|series\/|instances\//g, '')) ?? [];
      const [first] = found;
      if (first === undefined) throw new GoogleError(404, 'No such instance.', 'notFound');
      response.writeHead(
        200,
        isAlone
          ? { 'content-type': 'application/dicom', 'content-length': this.#sizeBytes }
          : { 'content-type': `multipart/related; type="application/dicom"; boundary=${BOUNDARY}` },
      );
      const pieces = isAlone ? makeObject(first.number, this.#sizeBytes).pieces() : this.#parts(found);
      await pipeline(Readable.from(pieces, { objectMode: false }), response);
    };
  }

  #search(level: string | undefined, study?: string, series?: string): readonly Entry[] {
    if (study === undefined) return level === 'series' ? this.#series : [];
    const below = this.#below.get(series === undefined ? study : `${study}/${series}`) ?? [];
    return level === 'series' ? firstOfSeries(below) : below;
  }

  *#parts(entries: readonly Entry[]): Generator<Buffer> {
    for (const { number } of entries) {
      yield Buffer.from(`--${BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n`);
      yield* makeObject(number, this.#sizeBytes).pieces();
      yield Buffer.from('\r\n');
    }
    yield Buffer.from(`--${BOUNDARY}--\r\n`);
  }
}

function firstOfSeries(entries: readonly Entry[]): readonly Entry[] {
  const series = new Map<string, Entry>();
  for (const entry of entries) {
    if (!series.has(entry.series)) series.set(entry.series, entry);
  }
  return [...series.values()];
}

function toRow({ study, series, instance }: Entry): object {
  const value = (text: string): object => ({ vr: 'UI', Value: [text] });
  return { '0020000D': value(study), '0020000E': value(series), '00080018': value(instance) };
}
