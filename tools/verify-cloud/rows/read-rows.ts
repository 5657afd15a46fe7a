import { rowsOf } from '../../cloud/dicom-rows.ts';
import type { Assumption } from '../assumption.ts';
import { makeInstance, newUid } from '../synthetic-instance.ts';
import { retrieve, search, storeFirst } from '../dicomweb-requests.ts';

/** What is assumed of searching and retrieving. */
export const READ_ROWS: readonly Assumption[] = [
  {
    id: 'stored-bytes',
    claim: 'Retrieving with transfer-syntax=* gives the bytes that were stored.',
    switchName: null,
    async check(world) {
      const { study, series, instance, bytes } = makeInstance();
      await storeFirst(world, bytes);
      const answer = await retrieve(world, `studies/${study}/series/${series}/instances/${instance}`);
      const isSame = answer.body.equals(bytes);
      return {
        holds: answer.status === 200 && isSame,
        observed: `${answer.status}, ${isSame ? 'the same' : 'other'} bytes`,
      };
    },
  },
  {
    id: 'search-after-store',
    claim: 'Searches list an instance as soon as it has been stored.',
    switchName: null,
    async check(world) {
      const { study, bytes } = makeInstance();
      await storeFirst(world, bytes);
      const { length } = rowsOf(await search(world, `instances?StudyInstanceUID=${study}`));
      return { holds: length === 1, observed: `${length} listed` };
    },
  },
  {
    id: 'empty-search',
    claim: 'A search that finds nothing is answered 204.',
    switchName: 'emptySearch',
    async check(world) {
      const { status, body } = await search(world, `studies?StudyInstanceUID=${newUid()}`);
      const what = status === 200 ? ` ${body.toString('utf8').slice(0, 20)}` : '';
      return { holds: status === 204, observed: `${status}${what}` };
    },
  },
  {
    id: 'above-maximum',
    claim: 'A limit above the maximum is lowered, not refused.',
    switchName: 'aboveMaximum',
    async check(world) {
      const { status } = await search(world, `instances?StudyInstanceUID=${newUid()}&limit=50001`);
      return { holds: status === 200 || status === 204, observed: `${status}` };
    },
  },
  {
    id: 'missing-resource',
    claim: 'Retrieving a study, series or instance that is not there is answered 404.',
    switchName: 'missingResourceStatus',
    async check(world) {
      const study = `studies/${newUid()}`;
      const series = `${study}/series/${newUid()}`;
      const paths = [study, series, `${series}/instances/${newUid()}`];
      const statuses: number[] = [];
      for (const path of paths) statuses.push((await retrieve(world, path)).status);
      return { holds: statuses.every((status) => status === 404), observed: statuses.join(', ') };
    },
  },
  {
    id: 'missing-store',
    claim: 'DICOMweb paths of a store that does not exist are answered 404.',
    switchName: 'missingStoreStatus',
    async check(world) {
      const { status } = await search({ ...world, dicomStore: `${world.dicomStore}-missing` }, 'studies');
      return { holds: status === 404, observed: `${status}` };
    },
  },
  {
    id: 'json-errors',
    claim: 'A JSON error on a DICOMweb path is one object, not a list.',
    switchName: 'jsonErrors',
    async check(world) {
      const { json } = await retrieve(world, `studies/${newUid()}/series/${newUid()}/instances/${newUid()}`);
      const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
      const observed = isObject ? 'an object' : Array.isArray(json) ? 'a list' : 'no JSON';
      return { holds: isObject, observed };
    },
  },
];
