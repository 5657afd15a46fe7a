import { describe, expect, it } from '@jest/globals';
import { isHealthcareStore } from '../../../../src/functions/configuration/common-variables.ts';

const STORE = 'projects/p/locations/l/datasets/d/dicomStores/s';

describe('isHealthcareStore', () => {
  it.each([
    [STORE, true],
    ['https://orthanc.example/dicom-web', false],
    [`https://host/${STORE}`, false],
    [`${STORE}/dicomWeb`, false],
  ])('of %s is %s', (name, expected) => {
    expect(isHealthcareStore(name)).toBe(expected);
  });
});
