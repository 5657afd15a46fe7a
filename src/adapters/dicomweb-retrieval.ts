import { formatInstancePath } from '../domain/dicom/instance-uids.ts';
import { MalformedAnswerError, RequestRefusedError } from '../domain/errors.ts';
import type { Rendition } from '../domain/export/rendition.ts';
import type { DicomRetrieval, RetrieveAnswer, RetrieveRequest } from '../ports/dicom-retrieval.ts';
import type { StoreEncoding } from './dicomweb-store.ts';
import type { Http, HttpAnswer } from './http.ts';
import { isMarkup } from './markup.ts';
import { readParts, readSinglePart } from './multipart-related.ts';

export interface DicomwebRetrievalOptions {
  readonly http: Http;
  /** The DICOMweb root without a trailing slash. */
  readonly root: string;
  /** How a single instance is asked for: `single` is Google's convenience, `multipart` every server's. */
  readonly encoding: StoreEncoding;
}

const CALL = 'retrieve instance';
const SERIES_CALL = 'retrieve series';

/** What a refusal says is kept up to here, for the report. */
const LONGEST_DETAIL = 1000;

/** WADO-RS: the Cloud Healthcare API's, or another server's. */
export function makeDicomwebRetrieval({ http, root, encoding }: DicomwebRetrievalOptions): DicomRetrieval {
  return {
    async retrieve(request, signal) {
      const answer = await http({
        method: 'GET',
        call: CALL,
        url: `${root}/${pathOf(request)}`,
        headers: { accept: acceptOf(request.rendition, encoding) },
        signal,
      });
      return answer.status === 200 ? readFound(answer, request.rendition) : readRefusal(answer);
    },

    async retrieveSeries({ studyInstanceUid, seriesInstanceUid }, signal) {
      const answer = await http({
        method: 'GET',
        call: SERIES_CALL,
        url: `${root}/studies/${studyInstanceUid}/series/${seriesInstanceUid}`,
        headers: { accept: `multipart/related; type="application/dicom"; transfer-syntax=*` },
        signal,
      });
      const type = answer.header('content-type') ?? '';
      if (answer.status === 200 && MULTIPART.test(type)) return readParts(answer.body, type);
      await answer.discard();
      throw answer.status === 200 ? somethingElse(SERIES_CALL) : answer.failure();
    },
  };
}

function pathOf({ uids, rendition, frame }: RetrieveRequest): string {
  const path = formatInstancePath(uids);
  switch (rendition.kind) {
    case 'original':
    case 'transfer-syntax':
      return path;
    case 'metadata':
      return `${path}/metadata`;
    case 'rendered':
      return frame === undefined ? `${path}/rendered` : `${path}/frames/${frame}/rendered`;
  }
}

function acceptOf(rendition: Rendition, encoding: StoreEncoding): string {
  switch (rendition.kind) {
    case 'original':
      return dicom('*', encoding);
    case 'transfer-syntax':
      return dicom(rendition.transferSyntaxUid, encoding);
    case 'metadata':
      return 'application/dicom+json';
    case 'rendered':
      return rendition.mediaType;
  }
}

function dicom(transferSyntax: string, encoding: StoreEncoding): string {
  return encoding === 'single'
    ? `application/dicom; transfer-syntax=${transferSyntax}`
    : `multipart/related; type="application/dicom"; transfer-syntax=${transferSyntax}`;
}

const MULTIPART = /^multipart\/related\s*(;|$)/i;

/** What a server may call the bytes of each. A proxy's page is none of them. */
const TYPES: Readonly<Record<Rendition['kind'], RegExp>> = {
  original: /^application\/(dicom|octet-stream)\s*(;|$)/i,
  'transfer-syntax': /^application\/(dicom|octet-stream)\s*(;|$)/i,
  metadata: /^application\/(dicom\+json|json)\s*(;|$)/i,
  rendered: /^image\/(jpeg|png)\s*(;|$)/i,
};

async function readFound(answer: HttpAnswer, rendition: Rendition): Promise<RetrieveAnswer> {
  const type = answer.header('content-type') ?? '';
  // A frame may come as the one part of a multipart answer; its end is the last boundary.
  if (MULTIPART.test(type)) {
    return { kind: 'found', sizeBytes: undefined, body: readSinglePart(answer.body, type) };
  }
  const length = answer.header('content-length');
  // A body that ends when the connection does may have been cut off, and nobody could tell.
  const hasEnd = length !== undefined || /chunked/i.test(answer.header('transfer-encoding') ?? '');
  if (!TYPES[rendition.kind].test(type) || !hasEnd) {
    await answer.discard();
    throw somethingElse(CALL);
  }
  return { kind: 'found', sizeBytes: length === undefined ? undefined : Number(length), body: answer.body };
}

/** What is refused for good is the store's answer on the instance; everything else is a failure. */
async function readRefusal(answer: HttpAnswer): Promise<RetrieveAnswer> {
  const failure = answer.failure();
  if (!(failure instanceof RequestRefusedError)) {
    await answer.discard();
    throw failure;
  }
  const text = await answer.text();
  if (isMarkup(text)) throw somethingElse(CALL);
  return { kind: 'refused', status: answer.status, detail: text.slice(0, LONGEST_DETAIL) };
}

function somethingElse(call: string): MalformedAnswerError {
  return new MalformedAnswerError(`${call}: answered with something else`, { details: { call } });
}
