import * as v from 'valibot';
import { MalformedAnswerError } from '../domain/errors.ts';
import type { DocumentStorage, VersionedDocumentStorage } from '../ports/document-storage.ts';
import { listDocuments } from './gcs-document-listing.ts';
import {
  openDocument,
  readDocument,
  serializeDocument,
  uploadDocument,
  type DocumentBucket,
} from './gcs-document-requests.ts';
import type { Http, HttpAnswer } from './http.ts';
import { noList, readJsonAnswer } from './json-answer.ts';
import { formatJsonLines, parseJsonLines } from './json-lines.ts';
import { isThereAlready, objectUrl, settleRemoval } from './storage-requests.ts';

/** The resource of the new object, of which nothing is needed. */
const created = v.pipe(noList, v.looseObject({}));

/** The resource of the new object, of which the generation is needed. */
const replaced = v.object({ generation: v.pipe(v.string(), v.digits()) });

/** Documents as objects of one bucket, never overwritten: the rights to create, to get and to list are enough for them. */
export function makeGcsDocumentStorage(http: Http, endpoint: string, bucket: string): DocumentStorage {
  const place: DocumentBucket = { http, endpoint, bucket };
  return {
    async read(name, signal) {
      const call = 'read document';
      const answer = await openDocument(place, { name, call, signal });
      return answer === undefined ? undefined : readDocument(answer, call);
    },

    async create(name, content, signal) {
      const call = 'create document';
      const upload = { name, call, signal, body: serializeDocument(content, call), generation: '0' };
      return settleCreation(place, name, call, await uploadDocument(place, upload), signal);
    },

    list(listing, signal) {
      return listDocuments(place, listing, signal);
    },

    async createLines(name, lines, signal) {
      const call = 'create lines';
      const body = formatJsonLines(lines, call);
      const answer = await uploadDocument(place, { name, call, signal, body, generation: '0' });
      return settleCreation(place, name, call, answer, signal);
    },

    async readLines(name, signal) {
      const call = 'read lines';
      const answer = await openDocument(place, { name, call, signal });
      return answer === undefined ? undefined : parseJsonLines(answer.body, call);
    },
  };
}

/** Documents as objects of one bucket that are also replaced and removed, which takes the right to delete. */
export function makeVersionedGcsDocumentStorage(
  http: Http,
  endpoint: string,
  bucket: string,
): VersionedDocumentStorage {
  const place: DocumentBucket = { http, endpoint, bucket };
  return {
    ...makeGcsDocumentStorage(http, endpoint, bucket),

    async readVersion(name, signal) {
      const call = 'read document';
      const answer = await openDocument(place, { name, call, signal });
      if (answer === undefined) return undefined;
      const generation = answer.header('x-goog-generation') ?? '';
      const content = await readDocument(answer, call);
      // Without it the next writer could not tell whether the document is still the one that was read.
      if (!/^\d+$/.test(generation)) {
        throw new MalformedAnswerError(`${call}: the answer has no generation`, { details: { call } });
      }
      return { content, generation };
    },

    async replace(name, content, generation, signal) {
      const call = 'replace document';
      const body = serializeDocument(content, call);
      const answer = await uploadDocument(place, { name, call, signal, body, generation: generation ?? '0' });
      if (answer.status === 200) return (await readJsonAnswer(answer, call, replaced)).generation;
      await answer.discard();
      if (answer.status === 412) return undefined;
      throw answer.failure();
    },

    async remove(name, signal) {
      const call = 'remove document';
      const url = objectUrl(endpoint, bucket, name);
      await settleRemoval(await http({ method: 'DELETE', call, url, headers: {}, signal }), call);
    },
  };
}

async function settleCreation(
  { http, endpoint, bucket }: DocumentBucket,
  name: string,
  call: string,
  answer: HttpAnswer,
  signal: AbortSignal,
): Promise<'created' | 'exists'> {
  if (answer.status === 200) {
    await readJsonAnswer(answer, call, created);
    return 'created';
  }
  await answer.discard();
  if (await isThereAlready(answer, http, objectUrl(endpoint, bucket, name), signal)) return 'exists';
  throw answer.failure();
}
