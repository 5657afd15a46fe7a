import { describe, expect, it } from '@jest/globals';
import * as v from 'valibot';
import { operationSchema, toOperation } from '../../../src/adapters/healthcare-operation.ts';

const NAME = 'projects/p/locations/l/datasets/d/operations/17';
const EMPTY = { '@type': 'type.googleapis.com/google.protobuf.Empty' };
const METADATA = {
  '@type': 'type.googleapis.com/google.cloud.healthcare.v1.OperationMetadata',
  apiMethodName: 'google.cloud.healthcare.v1.dicomweb.DicomWebService.DeleteStudy',
  createTime: '2026-01-02T03:04:05.678901Z',
  logsUrl: 'https://console.cloud.google.com/logs',
};

const read = (fields: object): unknown => toOperation(v.parse(operationSchema, { name: NAME, ...fields }));
const counted = (counter: object): object => ({ metadata: { ...METADATA, counter } });

describe('an operation', () => {
  it('tells what began it, and when', () => {
    expect(read({ metadata: METADATA })).toEqual({
      name: NAME,
      method: 'DeleteStudy',
      createdAtMs: Date.parse('2026-01-02T03:04:05.678Z'),
      end: undefined,
    });
  });

  it.each([{}, { metadata: {} }, { metadata: { createTime: 'now' } }])('may tell neither: %j', (fields) => {
    expect(read(fields)).toEqual({ name: NAME, method: undefined, createdAtMs: undefined, end: undefined });
  });

  it.each([
    ['nothing about an end', {}],
    ['that it is not done', { done: false }],
    ['failures so far', counted({ failure: '2', pending: '1' })],
    ['that it is to be cancelled', { metadata: { ...METADATA, cancelRequested: true } }],
  ])('runs while it says %s', (_what, fields) => {
    expect(read(fields)).toMatchObject({ end: undefined });
  });

  it.each([
    ['a response', { response: EMPTY }, { kind: 'clean', success: undefined }],
    ['neither response nor error', {}, { kind: 'clean', success: undefined }],
    ['successes only', counted({ success: '12' }), { kind: 'clean', success: 12 }],
    ['an empty counter', counted({}), { kind: 'clean', success: 0 }],
    ['no failures', counted({ success: '3', failure: '0' }), { kind: 'clean', success: 3 }],
    ['counts as numbers', counted({ success: 3, failure: 1 }), { kind: 'partial', success: 3, failure: 1 }],
    ['some failures', counted({ success: '3', failure: '2' }), { kind: 'partial', success: 3, failure: 2 }],
    [
      'failures only',
      { ...counted({ failure: '2' }), response: EMPTY },
      { kind: 'partial', success: 0, failure: 2 },
    ],
    [
      'counts of something else',
      counted({ success: '3', secondarySuccess: '9', secondaryFailure: '9' }),
      { kind: 'clean', success: 3 },
    ],
    ['an error', { error: { code: 13, message: 'x' } }, { kind: 'error', code: 13 }],
    ['an error without a code', { error: {} }, { kind: 'error', code: 2 }],
    ['an error and counts', { ...counted({ failure: '2' }), error: { code: 8 } }, { kind: 'error', code: 8 }],
    ['that it was cancelled', { error: { code: 1 } }, { kind: 'cancelled' }],
  ])('has ended, with %s', (_what, fields, end) => {
    expect(read({ metadata: METADATA, ...fields, done: true })).toMatchObject({ end });
  });

  it.each([
    ['its name', { name: 7 }],
    ['whether it is done', { done: 1 }],
    ['a count', counted({ failure: '-1' })],
    ['a count', counted({ failure: 'some' })],
    ['the code', { error: { code: '13' } }],
    ['the error', { error: 'failed' }],
  ])('is none when it is not clear about %s', (_what, fields) => {
    expect(v.is(operationSchema, { name: NAME, ...fields })).toBe(false);
  });
});
