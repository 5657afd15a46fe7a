import { describe, expect, it } from '@jest/globals';
import { readStowAnswer } from '../../../src/adapters/stow-answer.ts';
import { formatInstancePath } from '../../../src/domain/dicom/instance-uids.ts';
import { makeUids } from '../../support/factories.ts';

const UIDS = makeUids();
const ROOT = 'https://healthcare.googleapis.com/v1/projects/p/locations/l/datasets/d/dicomStores/s/dicomWeb';

const text = (value: string | number): object => ({ vr: 'UI', Value: [value] });
const urlOf = (uids = UIDS): string => `${ROOT}/${formatInstancePath(uids)}`;
const stored = (...items: object[]): object => ({ '00081199': { vr: 'SQ', Value: items } });
const failed = (...items: object[]): object => ({ '00081198': { vr: 'SQ', Value: items } });
const reference = (uids = UIDS, url: string | null = urlOf(uids)): object => ({
  '00081155': text(uids.sopInstanceUid),
  ...(url === null ? {} : { '00081190': text(url) }),
});
const failure = (detail: string, extra: object = {}): object => ({
  '00081155': text(UIDS.sopInstanceUid),
  '00081197': { vr: 'US', Value: [272] },
  '00090097': { vr: 'LO', Value: [detail] },
  ...extra,
});
const read = (answer: unknown): unknown => readStowAnswer(JSON.stringify(answer), UIDS);

describe('readStowAnswer', () => {
  it('takes an instance for stored that is listed with its retrieve URL', () => {
    expect(read(stored(reference()))).toEqual({ kind: 'stored' });
  });

  it('takes an instance for stored that is listed without any URL', () => {
    expect(read(stored(reference(UIDS, null)))).toEqual({ kind: 'stored' });
  });

  it('takes an answer that is a list of one data set', () => {
    expect(read([stored(reference())])).toEqual({ kind: 'stored' });
  });

  it('takes an instance for stored that is listed among others', () => {
    expect(read(stored(reference(makeUids({ sopInstanceUid: '9' })), reference()))).toEqual({
      kind: 'stored',
    });
  });

  it('believes the list of the stored more than a failure beside it', () => {
    expect(read({ ...stored(reference()), ...failed(failure('other')) })).toEqual({ kind: 'stored' });
  });

  it.each(['studyInstanceUid', 'seriesInstanceUid', 'sopInstanceUid'] as const)(
    'does not take an instance for stored when another %s is listed',
    (field) => {
      expect(read(stored(reference(makeUids({ [field]: '9.9' }))))).toBeUndefined();
    },
  );

  it.each(['00090097', '00091097', '0009FF97'])('knows a duplicate by the detail in %s', (tag) => {
    const item = {
      '00081155': text(UIDS.sopInstanceUid),
      [tag]: { vr: 'LO', Value: ['Instance already exists'] },
    };
    expect(read(failed(item))).toEqual({ kind: 'exists', detail: 'Instance already exists' });
  });

  it('takes any other failure for a refusal, with what the store says of it', () => {
    expect(read(failed(failure('invalid DICOM')))).toEqual({
      kind: 'refused',
      failureReason: 272,
      detail: 'invalid DICOM',
    });
  });

  it('takes a failure without reason or detail for a refusal', () => {
    expect(read(failed({ '00081155': text(UIDS.sopInstanceUid) }))).toEqual({
      kind: 'refused',
      failureReason: null,
      detail: '',
    });
  });

  it('takes a reason that is no number for none', () => {
    expect(read(failed(failure('', { '00081197': { Value: ['?'] } })))).toMatchObject({
      failureReason: null,
    });
  });

  it('takes the one failure for its own where the store could not read the UID', () => {
    expect(read(failed({ '00081197': { Value: [49_152] } }))).toMatchObject({
      kind: 'refused',
      failureReason: 49_152,
    });
  });

  it('takes its own failure where there are several', () => {
    const other = { '00081155': text('9'), '00081197': { Value: [1] } };
    expect(read(failed(other, failure('mine')))).toMatchObject({ failureReason: 272, detail: 'mine' });
  });

  it.each([
    ['nothing', {}],
    ['empty lists', { ...stored(), ...failed() }],
    ['lists without values', { '00081199': { vr: 'SQ' }, '00081198': { vr: 'SQ' } }],
    ['an empty list', []],
    ['a number', 7],
    ['null', null],
    ['a list that is a text', { '00081199': { Value: 'x' } }],
    ['an item without any UID', stored({})],
    ['a UID that is no text', stored({ '00081155': { Value: [{}] } })],
    ["Google's own error", { error: { code: 503, message: 'try later' } }],
  ])('has no answer in %s', (_name, answer) => {
    expect(read(answer)).toBeUndefined();
  });

  it.each(['', '<html>502</html>', '{"00081199":'])('has no answer in what is not JSON: %j', (answer) => {
    expect(readStowAnswer(answer, UIDS)).toBeUndefined();
  });
});
