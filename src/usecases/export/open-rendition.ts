import type { InstanceUids } from '../../domain/dicom/instance-uids.ts';
import {
  MalformedAnswerError,
  NotFoundError,
  PermissionDeniedError,
  UnavailableError,
} from '../../domain/errors.ts';
import type { PlanItem } from '../../domain/export/export-plan.ts';
import { isPart10, META_BYTES, readTransferSyntax } from '../../domain/export/file-meta.ts';
import type { Rendition } from '../../domain/export/rendition.ts';
import type { RetrieveAnswer } from '../../ports/dicom-retrieval.ts';
import type { Paced } from '../../retry/lane.ts';
import type { Invocation } from '../invocation.ts';
import type { ExportDependencies } from './export-dependencies.ts';
import { findInstance } from './list-selection.ts';
import { peekBody } from './peek-body.ts';

/** An instance on its way out of the store, or why there is none. */
export type OpenedRendition =
  | {
      readonly kind: 'opened';
      readonly sizeBytes: number | undefined;
      readonly body: AsyncIterable<Buffer>;
      readonly transferSyntaxUid: string | null;
    }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly reason: string; readonly detail: string };

/**
 * Opens an item in the form that is wanted, and makes sure that it is in that form.
 *
 * @throws MalformedAnswerError for bytes that are no DICOM file where one was asked for.
 */
export async function openRendition(
  item: PlanItem,
  rendition: Rendition,
  paced: Paced,
  deps: ExportDependencies,
  invocation: Invocation,
): Promise<OpenedRendition> {
  const { uids, frame } = item;
  const request = { uids, frame, rendition };
  let answer: RetrieveAnswer;
  try {
    answer = await paced(() => deps.retrieval.retrieve(request, invocation.signal));
  } catch (error) {
    return await settleMissing(uids, error, deps, invocation);
  }
  if (answer.kind === 'refused') {
    const detail = `The store answered ${answer.status}: ${answer.detail === '' ? 'it gave no reason' : answer.detail}`;
    return { kind: 'refused', reason: 'store-refused', detail };
  }
  if (rendition.kind === 'metadata' || rendition.kind === 'rendered') {
    return { ...answer, kind: 'opened', transferSyntaxUid: null };
  }
  const peeked = await peekBody(answer.body, META_BYTES);
  const beginning = peeked.beginning(META_BYTES);
  if (!isPart10(beginning)) {
    await peeked.close();
    throw new MalformedAnswerError('retrieve instance: the answer is no DICOM file', {
      details: { call: 'retrieve instance' },
    });
  }
  const transferSyntaxUid = readTransferSyntax(beginning);
  if (rendition.kind === 'transfer-syntax' && transferSyntaxUid !== rendition.transferSyntaxUid) {
    await peeked.close();
    const detail = `The store answered with transfer syntax ${transferSyntaxUid ?? 'unknown'}.`;
    return { kind: 'refused', reason: 'not-transcoded', detail };
  }
  return { kind: 'opened', sizeBytes: answer.sizeBytes, body: peeked.body, transferSyntaxUid };
}

/**
 * A store says 404, or 403, of an instance that is not there; but so does one whose address or rights are wrong. A
 * search tells.
 */
async function settleMissing(
  uids: InstanceUids,
  error: unknown,
  deps: ExportDependencies,
  invocation: Invocation,
): Promise<OpenedRendition> {
  if (!(error instanceof NotFoundError || error instanceof PermissionDeniedError)) throw error;
  const found = await findInstance(uids, uids.sopInstanceUid, [], deps, invocation);
  if (found.length === 0) return { kind: 'absent' };
  if (error instanceof PermissionDeniedError) throw error;
  throw new UnavailableError('The store lists the instance, and says that it is not there.', {
    cause: error,
  });
}
