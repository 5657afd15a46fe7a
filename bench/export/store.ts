import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GoogleError } from '../../emulator/src/http/google-error.ts';
import { sendJson, type Handler } from '../../emulator/src/http/server.ts';
import { DICOM_STORE } from '../peers/names.ts';
import { delayAnswer, refuseUnknown, type PeerContext } from '../peers/peer.ts';
import { HEADER_BYTES, makeHeader, readIdentity } from '../peers/synthetic-instance.ts';
import { makeObject } from '../peers/synthetic-object.ts';

const ROOT = `/v1/${DICOM_STORE}/dicomWeb/`;
const PATH = /^studies\/([\d.]+)(?:\/series\/([\d.]+))?(?:\/instances\/([\d.]+)|(\/instances))?$/;
const BOUNDARY = 'bench-boundary';

interface Entry {
  readonly number: number;
  readonly study: string;
  readonly series: string;
  readonly instance: string;
}

/** The synthetic instances of one size, which exist only while they are read. */
export class ExportStore {
  #entries: readonly Entry[] = [];
  #sizeBytes = HEADER_BYTES;

  fill(instances: number, sizeBytes: number): void {
    this.#sizeBytes = sizeBytes;
    this.#entries = Array.from({ length: instances }, (_, number) => {
      const { study, series, instance } = readIdentity(makeHeader(number, sizeBytes));
      return { number, study, series, instance };
    });
  }

  get studies(): readonly string[] {
    return [...new Set(this.#entries.map(({ study }) => study))];
  }

  /** The least of a DICOM store that is searched and retrieved from. */
  handler(context: PeerContext): Handler {
    return async (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://store');
      const [path, study, series, instance, search] = PATH.exec(pathname.replace(ROOT, '')) ?? [];
      if (request.method !== 'GET' || path === undefined) {
        throw refuseUnknown(context, `${request.method ?? ''} ${pathname}`);
      }
      await delayAnswer(context);
      const found = this.#entries.filter(
        (entry) =>
          entry.study === study &&
          (series === undefined || entry.series === series) &&
          (instance === undefined || entry.instance === instance),
      );
      if (search !== undefined) {
        const offset = Number(searchParams.get('offset'));
        const rows = found.slice(offset, offset + Number(searchParams.get('limit'))).map(toRow);
        sendJson(response, 200, rows, { 'content-type': 'application/dicom+json' });
        return;
      }
      const [first] = found;
      if (first === undefined) throw new GoogleError(404, 'No such instance.', 'notFound');
      const isAlone = instance !== undefined;
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

  *#parts(entries: readonly Entry[]): Generator<Buffer> {
    for (const { number } of entries) {
      yield Buffer.from(`--${BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n`);
      yield* makeObject(number, this.#sizeBytes).pieces();
      yield Buffer.from('\r\n');
    }
    yield Buffer.from(`--${BOUNDARY}--\r\n`);
  }
}

function toRow({ study, series, instance }: Entry): object {
  const value = (text: string): object => ({ vr: 'UI', Value: [text] });
  return { '0020000D': value(study), '0020000E': value(series), '00080018': value(instance) };
}
