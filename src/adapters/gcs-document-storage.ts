import { MalformedAnswerError } from '../domain/errors.ts';
import type { DocumentStorage } from '../ports/object-storage.ts';
import type { Http } from './http.ts';
import { isThereAlready, objectUrl, refusal } from './storage-requests.ts';

const LONGEST_DOCUMENT_BYTES = 1024 * 1024;

/** Documents as objects of one bucket, never overwritten: the right to create is enough for them. */
export function makeGcsDocumentStorage(http: Http, endpoint: string, bucket: string): DocumentStorage {
  return {
    async read(name, signal) {
      const url = `${objectUrl(endpoint, bucket, name)}?alt=media`;
      const answer = await http({ method: 'GET', call: 'read document', url, headers: {}, signal });
      if (answer.status === 404) {
        await answer.discard();
        return undefined;
      }
      if (answer.status !== 200) throw await refusal(answer);
      return parseDocument(await answer.text(LONGEST_DOCUMENT_BYTES));
    },

    async create(name, content, signal) {
      const query = new URLSearchParams({ uploadType: 'media', name, ifGenerationMatch: '0' });
      const answer = await http({
        method: 'POST',
        call: 'create document',
        url: `${endpoint}/upload/storage/v1/b/${encodeURIComponent(bucket)}/o?${query.toString()}`,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify(content)),
        signal,
      });
      await answer.discard();
      if (answer.status === 200) return 'created';
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
