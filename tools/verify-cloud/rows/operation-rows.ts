import type { Assumption } from '../assumption.ts';
import { NotTriedError } from '../not-tried-error.ts';
import { beginDeletion, listOperations, waitForEnd } from '../operations.ts';

const MOST_EARLIER_MS = 60_000;

/** What is assumed of long-running operations. */
export const OPERATION_ROWS: readonly Assumption[] = [
  {
    id: 'operation-names-no-target',
    claim: "An operation's metadata names neither the study nor the series that it deletes.",
    switchName: null,
    async check(world) {
      const { study, series, first, last } = await world.deletion();
      const text = JSON.stringify([first, last]);
      const isNamed = text.includes(study) || text.includes(series);
      return { holds: !isNamed, observed: isNamed ? 'its UIDs are there' : 'no UID' };
    },
  },
  {
    id: 'operation-method',
    claim: "An operation's apiMethodName ends in DeleteSeries when it deletes a series.",
    switchName: null,
    async check(world) {
      const method = (await world.deletion()).last.metadata['apiMethodName'];
      const name = typeof method === 'string' ? method : 'none';
      return { holds: /\.DeleteSeries$/.test(name), observed: name };
    },
  },
  {
    id: 'operation-created',
    claim: 'An operation is dated no more than a minute before it was asked for.',
    switchName: null,
    async check(world) {
      const { requestedAtMs, last } = await world.deletion();
      const createTime = last.metadata['createTime'];
      const createdAtMs = typeof createTime === 'string' ? Date.parse(createTime) : NaN;
      return {
        holds: createdAtMs >= requestedAtMs - MOST_EARLIER_MS,
        observed: `${createdAtMs - requestedAtMs} ms after this machine's clock`,
      };
    },
  },
  {
    id: 'done-absent',
    claim: 'An operation that runs has no field "done".',
    switchName: null,
    async check(world) {
      const { done } = (await world.deletion()).first;
      if (done === true) throw new NotTriedError('the operation had ended before it could be asked for');
      return { holds: done === undefined, observed: done === undefined ? 'absent' : JSON.stringify(done) };
    },
  },
  {
    id: 'counter-texts',
    claim: 'The counter of an operation that has ended is there, with numbers as texts.',
    switchName: 'operationCounter',
    async check(world) {
      const counter = (await world.deletion()).last.metadata['counter'];
      const counts = typeof counter === 'object' && counter !== null ? Object.values(counter) : [];
      const areTexts = counts.length > 0 && counts.every((count) => /^\d+$/.test(String(count)));
      return {
        holds: areTexts && counts.every((count) => typeof count === 'string'),
        observed: counter === undefined ? 'absent' : JSON.stringify(counter),
      };
    },
  },
  {
    id: 'operation-listed',
    claim: "The list of the dataset's operations has a deletion as soon as it has been answered.",
    switchName: 'operationRecords',
    async check(world) {
      const { name } = await beginDeletion(world);
      const names = await listOperations(world);
      const isListed = names.includes(name);
      return { holds: isListed, observed: `${isListed ? '' : 'not '}among ${names.length}` };
    },
  },
  {
    id: 'unknown-operation',
    claim: 'An operation that is not there is answered 404.',
    switchName: 'unknownOperationStatus',
    async check({ healthcare, options }) {
      const { status } = await healthcare({ method: 'GET', path: `${options.dataset}/operations/1` });
      return { holds: status === 404, observed: `${status}` };
    },
  },
  {
    id: 'cancellation',
    claim: 'Cancelling an operation that runs ends it with code 1.',
    switchName: 'cancellation',
    async check(world) {
      const { name } = await beginDeletion(world);
      const cancel = { method: 'POST', path: `${name}:cancel`, body: '{}' } as const;
      const { status } = await world.healthcare({
        ...cancel,
        headers: { 'content-type': 'application/json' },
      });
      const { error, metadata } = await waitForEnd(world, name);
      if (error === undefined && metadata['cancelRequested'] !== true) {
        throw new NotTriedError(`the operation ended well; cancelling was answered ${status}`);
      }
      const end = error === undefined ? 'ended well all the same' : `ended with code ${error.code ?? 'none'}`;
      return { holds: error?.code === 1, observed: `${status}, ${end}` };
    },
  },
];
