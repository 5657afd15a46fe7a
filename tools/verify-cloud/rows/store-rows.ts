import type { Assumption } from '../assumption.ts';
import { makeInstance, newUid, withoutSopClass } from '../synthetic-instance.ts';
import { failureDetailOf, storeFile, storeFirst } from '../dicomweb-requests.ts';

const EXISTS = /already exists/i;

/** What is assumed of storing. */
export const STORE_ROWS: readonly Assumption[] = [
  {
    id: 'identical-store',
    claim: 'Storing the same bytes again is answered 200.',
    switchName: 'identicalDuplicate',
    async check(world) {
      const { bytes } = makeInstance();
      await storeFirst(world, bytes);
      const { status } = await storeFile(world, bytes);
      return { holds: status === 200, observed: `${status}` };
    },
  },
  {
    id: 'differing-store',
    claim:
      'Storing other bytes under the same UIDs is answered 409, with a detail that says "already exists".',
    switchName: null,
    async check(world) {
      const first = makeInstance();
      await storeFirst(world, first.bytes);
      const answer = await storeFile(world, makeInstance({ ...first, description: 'other' }).bytes);
      const detail = failureDetailOf(answer);
      return {
        holds: answer.status === 409 && EXISTS.test(detail),
        observed: `${answer.status} "${detail}"`,
      };
    },
  },
  {
    id: 'duplicate-words',
    claim: 'The detail of a duplicate is these two words and no more.',
    switchName: 'duplicateDetail',
    async check(world) {
      const first = makeInstance();
      await storeFirst(world, first.bytes);
      const detail = failureDetailOf(
        await storeFile(world, makeInstance({ ...first, description: 'other' }).bytes),
      );
      return { holds: detail === 'already exists', observed: `"${detail}"` };
    },
  },
  {
    id: 'invalid-file',
    claim: 'What is no DICOM file is answered 409, with a detail that does not say "already exists".',
    switchName: null,
    async check(world) {
      const answer = await storeFile(world, Buffer.from('This is not a DICOM file.'));
      const detail = failureDetailOf(answer);
      return {
        holds: answer.status === 409 && !EXISTS.test(detail),
        observed: `${answer.status} "${detail}"`,
      };
    },
  },
  {
    id: 'other-study',
    claim: "Storing an instance of another study than the path's is answered 409.",
    switchName: 'otherStudyStatus',
    async check(world) {
      const { status } = await storeFile(world, makeInstance().bytes, newUid());
      return { holds: status === 409, observed: `${status}` };
    },
  },
  {
    id: 'uid-grammar',
    claim: 'UIDs with letters are stored.',
    switchName: 'uidGrammar',
    async check(world) {
      const { status } = await storeFile(world, makeInstance({ instance: `${newUid()}.a` }).bytes);
      return { holds: status === 200, observed: `${status}` };
    },
  },
  {
    id: 'sop-class',
    claim: 'An instance without SOP Class UID in its data set is refused with 409.',
    switchName: 'sopClassUid',
    async check(world) {
      const { status } = await storeFile(world, withoutSopClass(makeInstance()));
      return { holds: status === 409, observed: `${status}` };
    },
  },
];
