import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import type { HealthcareAnswer } from '../cloud/healthcare-client.ts';
import { remove, storeFirst } from './dicomweb-requests.ts';
import { NotTriedError } from './not-tried-error.ts';
import { operationSchema, type Operation, type WatchedDeletion } from './operation.ts';
import { makeInstance, newUid } from './synthetic-instance.ts';
import type { VerifyWorld } from './verify-world.ts';

const INSTANCES = 3;

export async function watchDeletion(world: VerifyWorld): Promise<WatchedDeletion> {
  const requestedAtMs = Date.now();
  const { study, series, name } = await beginDeletion(world);
  const first = await getOperation(world, name);
  const last = await waitForEnd(world, name);
  return { study, series, name, requestedAtMs, first, last };
}

/**
 * Stores a small series and begins to delete it.
 *
 * @throws NotTriedError when the answer names no operation.
 */
export async function beginDeletion(
  world: VerifyWorld,
): Promise<{ study: string; series: string; name: string }> {
  const [study, series] = [newUid(), newUid()];
  for (let count = 0; count < INSTANCES; count += 1) {
    await storeFirst(world, makeInstance({ study, series }).bytes);
  }
  const name = operationNameOf(await remove(world, `studies/${study}/series/${series}`));
  if (name === undefined) throw new NotTriedError('the deletion that it needs has no operation');
  return { study, series, name };
}

/** The operation that an answer names. */
export function operationNameOf({ status, json }: HealthcareAnswer): string | undefined {
  const result = v.safeParse(v.object({ name: v.string() }), json);
  const isName = result.success && /\/operations\/[^/]+$/.test(result.output.name);
  return status === 200 && isName ? result.output.name : undefined;
}

/** @throws NotTriedError when it cannot be asked for. */
export async function getOperation({ healthcare }: VerifyWorld, name: string): Promise<Operation> {
  const { status, json } = await healthcare({ method: 'GET', path: name });
  const result = v.safeParse(operationSchema, json);
  if (status !== 200 || !result.success) throw new NotTriedError(`its operation was answered ${status}`);
  return result.output;
}

/** The operation when it is done. @throws NotTriedError when it takes too long. */
export async function waitForEnd(world: VerifyWorld, name: string): Promise<Operation> {
  const until = performance.now() + world.options.timeoutMs;
  while (performance.now() < until) {
    const operation = await getOperation(world, name);
    if (operation.done === true) return operation;
    await sleep(world.options.pollMs);
  }
  throw new NotTriedError('its operation has not ended in time');
}

/** The names in the whole list of the dataset's operations. @throws NotTriedError when it is refused. */
export async function listOperations({ healthcare, options }: VerifyWorld): Promise<readonly string[]> {
  const schema = v.object({
    operations: v.optional(v.array(operationSchema), []),
    nextPageToken: v.optional(v.string(), ''),
  });
  const names: string[] = [];
  let pageToken = '';
  do {
    const path = `${options.dataset}/operations?pageSize=100&pageToken=${encodeURIComponent(pageToken)}`;
    const { status, json } = await healthcare({ method: 'GET', path });
    const page = v.safeParse(schema, json);
    if (status !== 200 || !page.success) throw new NotTriedError(`the list was answered ${status}`);
    names.push(...page.output.operations.map(({ name }) => name));
    pageToken = page.output.nextPageToken;
  } while (pageToken !== '');
  return names;
}
