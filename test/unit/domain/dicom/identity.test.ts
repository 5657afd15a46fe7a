import { describe, expect, it } from '@jest/globals';
import { identityRejection, type Identity } from '../../../../src/domain/dicom/identity.ts';
import { makeUids } from '../../../support/factories.ts';

const COMPLETE: Identity = { ...makeUids(), sopClassUid: '1.2.4' };

const FIELDS = [
  ['study', 'studyInstanceUid'],
  ['series', 'seriesInstanceUid'],
  ['instance', 'sopInstanceUid'],
  ['sop-class', 'sopClassUid'],
] as const;

describe('identityRejection', () => {
  it('has nothing against four valid UIDs', () => {
    expect(identityRejection(COMPLETE)).toBeUndefined();
  });

  it.each(FIELDS)('names a missing %s UID', (word, field) => {
    const rest: Identity = { ...COMPLETE };
    Reflect.deleteProperty(rest, field);
    expect(identityRejection(rest)).toMatchObject({ reason: `missing-${word}-uid` });
  });

  it.each(FIELDS)('takes an empty %s UID for a missing one', (word, field) => {
    expect(identityRejection({ ...COMPLETE, [field]: '' })).toMatchObject({ reason: `missing-${word}-uid` });
  });

  it.each(FIELDS)('names an invalid %s UID without quoting it', (word, field) => {
    const rejection = identityRejection({ ...COMPLETE, [field]: 'DOE^JOHN' });
    expect(rejection).toMatchObject({ reason: `invalid-${word}-uid` });
    expect(rejection?.detail).not.toContain('DOE');
  });

  it('takes the directory of a medium for one by its file meta information', () => {
    const directory = { ...COMPLETE, mediaStorageSopClassUid: '1.2.840.10008.1.3.10' };
    expect(identityRejection(directory)).toMatchObject({ reason: 'dicomdir' });
  });

  it('takes the directory of a medium for one by its first elements', () => {
    expect(identityRejection({ lastTag: 0x00041130 })).toMatchObject({ reason: 'dicomdir' });
  });

  it.each([
    ['hanging protocol', '1.2.840.10008.5.1.4.38.1'],
    ['colour palette', '1.2.840.10008.5.1.4.39.1'],
    ['implant template', '1.2.840.10008.5.1.4.43.1'],
    ['protocol', '1.2.840.10008.5.1.4.1.1.200.1'],
    ['inventory', '1.2.840.10008.5.1.4.1.1.201.1'],
  ])('says of a %s that it belongs to no study', (_name, sopClassUid) => {
    expect(identityRejection({ sopClassUid })).toMatchObject({ reason: 'non-patient-object' });
  });

  it('knows a non-patient object also by its file meta information', () => {
    expect(identityRejection({ mediaStorageSopClassUid: '1.2.840.10008.5.1.4.38.1' })).toMatchObject({
      reason: 'non-patient-object',
    });
  });
});
