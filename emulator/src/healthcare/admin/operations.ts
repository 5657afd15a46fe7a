import type { IncomingMessage } from 'node:http';
import { GoogleError } from '../../http/google-error.ts';
import type { Deletions } from '../deletion/deletions.ts';
import type { DatasetEntry, Resource } from '../storage/datasets.ts';
import type { OperationRecord } from '../storage/operation-record.ts';
import type { HealthcareSwitches } from '../switches.ts';
import { formatOperation } from './operation-resource.ts';
import { listPage } from './paging.ts';
import { unsupported } from './unsupported.ts';

/** What the methods of operations need besides the request. */
export interface OperationContext {
  readonly dataset: DatasetEntry;
  readonly deletions: Deletions;
  readonly switches: HealthcareSwitches;
  readonly nowMs: number;
}

/** Methods of `…/datasets/D/operations`. @returns the JSON to answer. */
export async function operationsMethod(
  context: OperationContext,
  request: IncomingMessage,
  query: URLSearchParams,
): Promise<object> {
  if (request.method !== 'GET') throw unsupported(request);
  await forgetExpired(context);
  const { dataset, switches } = context;
  const kept = switches.operationRecords === 'kept' ? dataset.operations.values() : [];
  return listPage(
    'operations',
    kept.map((record) => resourceOf(context, record)),
    query,
  );
}

/**
 * Methods of `…/datasets/D/operations/ID`.
 *
 * @param verb the custom method, e.g. `cancel`.
 * @returns the JSON to answer.
 */
export async function operationMethod(
  context: OperationContext,
  id: string,
  verb: string | undefined,
  request: IncomingMessage,
): Promise<object> {
  await forgetExpired(context);
  const { dataset, switches } = context;
  const name = `${dataset.resource.name}/operations/${id}`;
  const record = switches.operationRecords === 'kept' ? dataset.operations.get(name) : undefined;
  if (request.method === 'GET' && verb === undefined)
    return resourceOf(context, record ?? missing(name, switches));
  if (request.method === 'POST' && verb === 'cancel')
    return cancel(context, record ?? missing(name, switches));
  throw unsupported(request);
}

async function cancel(
  { dataset, deletions, switches }: OperationContext,
  { name, end }: OperationRecord,
): Promise<object> {
  if (end !== undefined) return {};
  if (switches.cancellation === 'ends') await deletions.cancel(name);
  else await dataset.operations.update(name, { isCancelRequested: true });
  return {};
}

/** Records of operations that ended long ago are removed when somebody asks. */
async function forgetExpired({ dataset, switches, nowMs }: OperationContext): Promise<void> {
  await dataset.operations.expire(nowMs - switches.operationRecordsMs);
}

function missing(name: string, { unknownOperationStatus: status }: HealthcareSwitches): never {
  throw new GoogleError(
    status,
    status === 404
      ? `operation not found: ${name}`
      : `Permission healthcare.operations.get denied on resource '${name}' (or it may be malformed or not exist).`,
  );
}

function resourceOf({ deletions, switches }: OperationContext, record: OperationRecord): Resource {
  const progress = record.end?.progress ?? deletions.progressOf(record.name);
  return formatOperation(record, switches.operationCounter === 'shown' ? progress : undefined);
}
