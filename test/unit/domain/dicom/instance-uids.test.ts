import { describe, expect, it } from '@jest/globals';
import {
  formatInstancePath,
  isSameInstance,
  parseInstanceUrl,
} from '../../../../src/domain/dicom/instance-uids.ts';
import { makeUids } from '../../../support/factories.ts';

const ROOT = 'https://healthcare.googleapis.com/v1/projects/p/dicomStores/s/dicomWeb';

describe('an instance URL', () => {
  it('names study, series and instance in this order', () => {
    expect(formatInstancePath(makeUids())).toBe('studies/1.2.1/series/1.2.2/instances/1.2.3');
  });

  it('gives back the UIDs it was made of', () => {
    expect(parseInstanceUrl(`${ROOT}/${formatInstancePath(makeUids())}`)).toEqual(makeUids());
  });

  it.each([
    ['a study', `${ROOT}/studies/1.2.1`],
    ['a series', `${ROOT}/studies/1.2.1/series/1.2.2`],
    ['a frame', `${ROOT}/studies/1/series/2/instances/3/frames/1`],
    ['nothing', ''],
    ['an empty UID', `${ROOT}/studies//series/2/instances/3`],
  ])('is not what names %s', (_name, url) => {
    expect(parseInstanceUrl(url)).toBeUndefined();
  });
});

describe('isSameInstance', () => {
  it('takes two triples of the same UIDs for one instance', () => {
    expect(isSameInstance(makeUids(), makeUids())).toBe(true);
  });

  it.each(['studyInstanceUid', 'seriesInstanceUid', 'sopInstanceUid'] as const)(
    'tells two instances apart that differ in %s alone',
    (field) => {
      expect(isSameInstance(makeUids(), makeUids({ [field]: '9.9' }))).toBe(false);
    },
  );
});
