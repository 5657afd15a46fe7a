import * as v from 'valibot';
import { formatTargetPath } from '../domain/dicom/target.ts';
import { MalformedAnswerError, NotFoundError, RequestRefusedError } from '../domain/errors.ts';
import type { DeletionAnswer, DicomDeletion } from '../ports/dicom-deletion.ts';
import { isOperationName, makeOperationNames } from './healthcare-operation-name.ts';
import { operationSchema, toOperation } from './healthcare-operation.ts';
import type { Http, HttpAnswer } from './http.ts';
import { noList, readJsonAnswer } from './json-answer.ts';
import { refusal } from './refusal.ts';

/** Where the operations of a store are. */
export interface OperationsPlace {
  /** E.g. `https://healthcare.googleapis.com`. */
  readonly endpoint: string;
  /** Of the store: `projects/P/locations/L/datasets/D`. */
  readonly dataset: string;
}

export interface DicomwebDeletionOptions {
  readonly http: Http;
  /** The DICOMweb root without a trailing slash. */
  readonly root: string;
  /** Null for a server that is not the Cloud Healthcare API. */
  readonly operations: OperationsPlace | null;
}

const ACCEPT = { accept: 'application/json' };
const PAGE_SIZE = '100';

const operationPage = v.pipe(
  noList,
  v.object({
    operations: v.optional(v.array(operationSchema), []),
    nextPageToken: v.optional(v.string(), ''),
  }),
);

/**
 * Deletion from a DICOM store by `DELETE` on the paths of DICOMweb: Google's own transaction, which other servers have
 * taken over, and the operations of the Cloud Healthcare API that carry it out.
 */
export function makeDicomwebDeletion({ http, root, operations }: DicomwebDeletionOptions): DicomDeletion {
  return {
    async delete(target, signal) {
      const call = 'delete target';
      const url = `${root}/${formatTargetPath(target)}`;
      return readDeletionAnswer(await http({ method: 'DELETE', call, url, headers: ACCEPT, signal }), call);
    },

    async getOperation(name, signal) {
      const call = 'get operation';
      const details = { call };
      if (operations === null) {
        throw new NotFoundError(`${call}: this server has no operations`, { details });
      }
      const names = makeOperationNames(operations.dataset);
      if (!names.isOwn(name)) {
        throw new RequestRefusedError(`${call}: it is not of the store's dataset`, { details });
      }
      const url = `${operations.endpoint}/v1/${name}`;
      const answer = await http({ method: 'GET', call, url, headers: ACCEPT, signal });
      if (answer.status !== 200) throw await refusal(answer);
      const operation = toOperation(await readJsonAnswer(answer, call, operationSchema));
      if (names.isSame(operation.name, name)) return operation;
      throw new MalformedAnswerError(`${call}: answered with another operation`, { details });
    },

    async listOperations(pageToken, signal) {
      if (operations === null) return { operations: [], nextPageToken: undefined };
      const call = 'list operations';
      const query = new URLSearchParams({ pageSize: PAGE_SIZE });
      if (pageToken !== undefined) query.set('pageToken', pageToken);
      const url = `${operations.endpoint}/v1/${operations.dataset}/operations?${query.toString()}`;
      const answer = await http({ method: 'GET', call, url, headers: ACCEPT, signal });
      if (answer.status !== 200) throw await refusal(answer);
      const page = await readJsonAnswer(answer, call, operationPage, LONGEST_PAGE_BYTES);
      const nextPageToken = page.nextPageToken === '' ? undefined : page.nextPageToken;
      return { operations: page.operations.map(toOperation), nextPageToken };
    },
  };
}

/** Operations may carry many errors each. */
const LONGEST_PAGE_BYTES = 16 * 1024 * 1024;

/** The operation that goes on, of which nothing is told yet but its name. */
const begun = v.object({ name: v.pipe(v.string(), v.check(isOperationName)) });

/** What Google answers for an instance, and has answered for everything in earlier versions. */
const nothing = v.pipe(noList, v.strictObject({}));

async function readDeletionAnswer(answer: HttpAnswer, call: string): Promise<DeletionAnswer> {
  const { status } = answer;
  if (status === 204) {
    await answer.discard();
    return { kind: 'done' };
  }
  if (status < 200 || status > 299) {
    const failure = await refusal(answer);
    if (failure instanceof NotFoundError) return { kind: 'absent' };
    throw failure;
  }
  // Any other success has done something, or will, and nobody knows what.
  const text = await answer.text();
  if (status === 200) {
    if (text.trim() === '') return { kind: 'done' };
    const json = parseJson(text);
    if (v.is(begun, json)) return { kind: 'operation', name: json.name };
    if (v.is(nothing, json)) return { kind: 'done' };
  }
  throw new MalformedAnswerError(`${call}: answered ${status} with something else`, {
    details: { call, status },
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
