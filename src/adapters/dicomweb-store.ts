import { randomUUID } from 'node:crypto';
import { formatInstancePath } from '../domain/dicom/instance-uids.ts';
import { MalformedAnswerError } from '../domain/errors.ts';
import type { DicomStore, InstanceUpload, StoreAnswer } from '../ports/dicom-store.ts';
import type { Http, HttpAnswer } from './http.ts';
import { isMarkup } from './markup.ts';
import { readSinglePart } from './multipart-related.ts';
import { readStowAnswer } from './stow-answer.ts';

/**
 * How an instance travels: `single` is one body of `application/dicom`, Google's convenience; `multipart` is
 * `multipart/related` with one part, which every DICOMweb server speaks (PS3.18).
 */
export type StoreEncoding = 'single' | 'multipart';

export interface DicomwebStoreOptions {
  readonly http: Http;
  /** The DICOMweb root without a trailing slash, e.g. `https://healthcare.googleapis.com/v1/…/dicomStores/S/dicomWeb`. */
  readonly root: string;
  readonly encoding: StoreEncoding;
}

/** A DICOM store over DICOMweb: the Cloud Healthcare API's, or another server's. */
export function makeDicomwebStore({ http, root, encoding }: DicomwebStoreOptions): DicomStore {
  return {
    async store(upload, signal) {
      const answer = await http({
        method: 'POST',
        call: 'store instance',
        url: `${root}/studies`,
        ...(encoding === 'single' ? singleBody(upload) : multipartBody(upload)),
        signal,
      });
      return readAnswer(answer, upload);
    },

    async retrieve(uids, signal) {
      // `transfer-syntax=*` gives what was stored; without it the store would decompress to explicit little endian.
      const dicom =
        encoding === 'single'
          ? 'application/dicom; transfer-syntax=*'
          : 'multipart/related; type="application/dicom"; transfer-syntax=*';
      const answer = await http({
        method: 'GET',
        call: 'retrieve instance',
        url: `${root}/${formatInstancePath(uids)}`,
        headers: { accept: dicom },
        signal,
      });
      if (answer.status !== 200) {
        await answer.discard();
        throw answer.failure();
      }
      const type = answer.header('content-type') ?? 'application/dicom';
      if (/^multipart\/related/i.test(type)) return readSinglePart(answer.body, type);
      if (INSTANCE_TYPE.test(type)) return answer.body;
      // Compared with the object, a proxy's page would make it a conflict.
      await answer.discard();
      throw new MalformedAnswerError('retrieve instance: answered 200 with something else', {
        details: { call: 'retrieve instance', status: answer.status },
      });
    },
  };
}

/** What a server may call the bytes of an instance. */
const INSTANCE_TYPE = /^application\/(dicom|octet-stream)\s*(;|$)/i;

type Body = Pick<Parameters<Http>[0], 'headers'> & { body: AsyncIterable<Buffer> };

const ACCEPT = { accept: 'application/dicom+json' };

function singleBody({ sizeBytes, body }: InstanceUpload): Body {
  const length = sizeBytes === undefined ? {} : { 'content-length': String(sizeBytes) };
  return { headers: { ...ACCEPT, 'content-type': 'application/dicom', ...length }, body };
}

function multipartBody({ sizeBytes, body }: InstanceUpload): Body {
  const boundary = randomUUID();
  const head = Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`);
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const length =
    sizeBytes === undefined ? {} : { 'content-length': String(head.length + sizeBytes + tail.length) };
  return {
    headers: {
      ...ACCEPT,
      'content-type': `multipart/related; type="application/dicom"; boundary=${boundary}`,
      ...length,
    },
    body: joined(head, body, tail),
  };
}

async function* joined(head: Buffer, body: AsyncIterable<Buffer>, tail: Buffer): AsyncGenerator<Buffer> {
  yield head;
  yield* body;
  yield tail;
}

/** 202 is a success with warnings on servers other than Google's; its items count like those of 200. */
const READABLE = new Set([200, 202, 409]);

async function readAnswer(answer: HttpAnswer, { uids }: InstanceUpload): Promise<StoreAnswer> {
  const { status } = answer;
  if (READABLE.has(status)) {
    const read = readStowAnswer(await answer.text(), uids);
    if (read !== undefined) return read;
    throw new MalformedAnswerError(
      `store instance: answered ${status} and named neither success nor failure`,
      {
        details: { call: 'store instance', status },
      },
    );
  }
  if (status !== 400) {
    await answer.discard();
    throw answer.failure();
  }
  // 400 is the one refusal of the instance that has no list: its text is all there is to tell why.
  const text = await answer.text();
  if (isMarkup(text))
    throw new MalformedAnswerError('store instance: answered 400 with a page', { details: { status } });
  return (
    readStowAnswer(text, uids) ?? {
      kind: 'refused',
      failureReason: null,
      detail: text.slice(0, LONGEST_DETAIL),
    }
  );
}

const LONGEST_DETAIL = 1000;
