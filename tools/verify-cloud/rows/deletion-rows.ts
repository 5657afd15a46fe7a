import { setTimeout as sleep } from 'node:timers/promises';
import { rowsOf } from '../../cloud/dicom-rows.ts';
import type { Assumption } from '../assumption.ts';
import { NotTriedError } from '../not-tried-error.ts';
import { beginDeletion, getOperation, operationNameOf, waitForEnd } from '../operations.ts';
import { makeInstance, newUid } from '../synthetic-instance.ts';
import { failureDetailOf, remove, search, storeFile, storeFirst } from '../dicomweb-requests.ts';

/** What is assumed of deleting. */
export const DELETION_ROWS: readonly Assumption[] = [
  {
    id: 'deletion-answer',
    claim: 'Deleting a series is answered 200 with the name of an operation.',
    switchName: 'deletionAnswer',
    async check(world) {
      const { study, series, bytes } = makeInstance();
      await storeFirst(world, bytes);
      const answer = await remove(world, `studies/${study}/series/${series}`);
      const hasName = operationNameOf(answer) !== undefined;
      return { holds: hasName, observed: `${answer.status}, ${hasName ? 'an' : 'no'} operation` };
    },
  },
  {
    id: 'store-during-deletion',
    claim:
      'Storing into a series that is being deleted is answered 409, with a detail other than "already exists".',
    switchName: 'storeDuringDeletion',
    async check(world) {
      const { study, series, name } = await beginDeletion(world);
      const answer = await storeFile(world, makeInstance({ study, series }).bytes);
      const isOver = answer.status === 200 && (await getOperation(world, name)).done === true;
      if (isOver) throw new NotTriedError('the operation had ended before the store was answered');
      const detail = failureDetailOf(answer);
      const holds = answer.status === 409 && !/already exists/i.test(detail);
      return { holds, observed: `${answer.status} "${detail}"` };
    },
  },
  {
    id: 'missing-target',
    claim: 'Deleting a series or an instance that is not there is answered 404.',
    switchName: 'missingTargetStatus',
    async check(world) {
      const series = `studies/${newUid()}/series/${newUid()}`;
      const statuses: number[] = [];
      for (const path of [series, `${series}/instances/${newUid()}`]) {
        statuses.push((await remove(world, path)).status);
      }
      return { holds: statuses.every((status) => status === 404), observed: statuses.join(', ') };
    },
  },
  {
    id: 'second-deletion',
    claim: 'A second DELETE while the first one runs gets an operation of its own.',
    switchName: 'secondDeletion',
    async check(world) {
      const { study, series, name } = await beginDeletion(world);
      const answer = await remove(world, `studies/${study}/series/${series}`);
      const second = operationNameOf(answer);
      if (answer.status === 404 && (await getOperation(world, name)).done === true) {
        throw new NotTriedError('the first operation had ended before the second DELETE was answered');
      }
      const which = second === undefined ? 'no operation' : second === name ? 'the same one' : 'another one';
      return { holds: second !== undefined && second !== name, observed: `${answer.status}, ${which}` };
    },
  },
  {
    id: 'search-after-deletion',
    claim: 'Searches list what an operation has deleted for no longer than SEARCH_LAG.',
    switchName: 'searchLagMs',
    async check(world) {
      const { study, name } = await beginDeletion(world);
      const { error } = await waitForEnd(world, name);
      if (error !== undefined) throw new NotTriedError('the operation failed');
      const endedAtMs = performance.now();
      for (;;) {
        const { length } = rowsOf(await search(world, `instances?StudyInstanceUID=${study}`));
        const elapsedMs = Math.round(performance.now() - endedAtMs);
        if (length === 0) return { holds: true, observed: `nothing listed after ${elapsedMs} ms` };
        if (elapsedMs > world.options.searchLagMs)
          return { holds: false, observed: `${length} still listed after ${elapsedMs} ms` };
        await sleep(Math.min(world.options.pollMs, 250));
      }
    },
  },
];
