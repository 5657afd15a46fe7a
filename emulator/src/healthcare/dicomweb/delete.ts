import { GoogleError } from '../../http/google-error.ts';
import { sendJson } from '../../http/server.ts';
import type { DeletionTarget } from '../storage/operation-record.ts';
import { PlainTextError } from './errors.ts';
import { missingResource, type Exchange, type ResourceUids } from './exchange.ts';

/**
 * Deletion of a study or series, which an operation carries out, or of an instance, which is gone at once. It is no
 * transaction of DICOMweb but Google's own.
 */
export async function deleteResource(exchange: Exchange, uids: ResourceUids): Promise<void> {
  const { study, series, instance } = uids;
  const result =
    series !== undefined && instance !== undefined
      ? await deleteInstance(exchange, { study, series, instance })
      : await deleteByOperation(exchange, series === undefined ? { study } : { study, series });
  const { request, response, switches } = exchange;
  switch (switches.deletionAnswer) {
    case 'operation':
    case 'empty':
      sendJson(response, 200, result);
      return;
    case 'no-content':
      response.writeHead(204).end();
      return;
    case 'lost':
      request.socket.resetAndDestroy();
      return;
  }
}

async function deleteInstance(
  { store, deletions, switches }: Exchange,
  uids: Required<ResourceUids>,
): Promise<object> {
  const wasThere = await deletions.deleteInstance(store, uids);
  if (!wasThere) allowMissing(uids, switches.missingTargetStatus);
  return {};
}

/** @returns the operation, of which only its name is told at first. */
async function deleteByOperation(exchange: Exchange, target: DeletionTarget): Promise<object> {
  const { store, deletions, switches } = exchange;
  if (switches.secondDeletion !== 'operation' && store.isBeingDeleted(target)) {
    throw refusal(switches.secondDeletion);
  }
  if (store.index.within(target.study, target.series).length === 0) {
    allowMissing(target, switches.missingTargetStatus);
  }
  if (switches.deletionAnswer === 'empty' || switches.deletionAnswer === 'no-content') {
    await deletions.deleteNow(store, target);
    return {};
  }
  const { name } = await deletions.start(exchange, target);
  return { name };
}

/** @throws GoogleError unless the deletion of what is not there succeeds. */
function allowMissing(uids: ResourceUids, status: 200 | 403 | 404): void {
  if (status !== 200) throw missingResource(uids, status);
}

function refusal(status: 400 | 409): Error {
  const message = 'the resource is being deleted by an operation';
  return status === 400 ? new PlainTextError(400, message) : new GoogleError(409, message);
}
