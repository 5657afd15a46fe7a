import * as v from 'valibot';
import { MalformedAnswerError, NotFoundError } from '../domain/errors.ts';
import type { DocumentStorage } from '../ports/document-storage.ts';
import type { Http } from './http.ts';
import { readJsonAnswer } from './json-answer.ts';
import { isThereAlready, objectUrl, refusal } from './storage-requests.ts';

const LONGEST_DOCUMENT_BYTES = 1024 * 1024;

/** The resource of the new object, of which nothing is needed. */
const created = v.looseObject({});

/** Documents as objects of one bucket, never overwritten: the right to create is enough for them. */
export function makeGcsDocumentStorage(http: Http, endpoint: string, bucket: string): DocumentStorage {
  return {
    async read(name, signal) {
      const url = `${objectUrl(endpoint, bucket, name)}?alt=media`;
      const answer = await http({ method: 'GET', call: 'read document', url, headers: {}, signal });
      if (answer.status !== 200) {
        const failure = await refusal(answer);
        if (failure instanceof NotFoundError) return undefined;
        throw failure;
      }
      return parseDocument(await answer.text(LONGEST_DOCUMENT_BYTES));
    },

    async create(name, content, signal) {
      const call = 'create document';
      const query = new URLSearchParams({ uploadType: 'media', name, ifGenerationMatch: '0' });
      const answer = await http({
        method: 'POST',
        call,
        url: `${endpoint}/upload/storage/v1/b/${encodeURIComponent(bucket)}/o?${query.toString()}`,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify(content)),
        signal,
      });
      if (answer.status === 200) {
        await readJsonAnswer(answer, call, created);
        return 'created';
      }
      await answer.discard();
      if (await isThereAlready(answer, http, objectUrl(endpoint, bucket, name), signal)) return 'exists';
      throw answer.failure();
    },
  };
}

function parseDocument(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new MalformedAnswerError('read document: it is not JSON', {
      cause,
      details: { call: 'read document' },
    });
  }
}
