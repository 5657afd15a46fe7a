import { describe, expect, it } from '@jest/globals';
import { readStorageEvent, type StorageEvent } from '../../../src/functions/event.ts';

const AT = '2026-01-02T03:04:05.678901Z';
const ATTRIBUTES = {
  bucketId: 'inbox',
  objectId: 'ward/ä.dcm',
  objectGeneration: '1712345678901234',
  eventType: 'OBJECT_FINALIZE',
  eventTime: AT,
};
const RESOURCE = { bucket: 'inbox', name: 'ward/ä.dcm', generation: '1712345678901234', timeCreated: AT };
const OBJECT = {
  bucket: 'inbox',
  name: 'ward/ä.dcm',
  generation: '1712345678901234',
  finalizedAtMs: Date.parse('2026-01-02T03:04:05.678Z'),
};

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
const pushed = (message: object, rest: object = {}): StorageEvent =>
  readStorageEvent({ headers: {}, body: { message: { messageId: '42', ...message }, ...rest } });
const cloudEvent = (body: unknown, headers: object = {}): StorageEvent =>
  readStorageEvent({
    headers: { 'ce-type': 'google.cloud.storage.object.v1.finalized', 'ce-id': '42', ...headers },
    body,
  });

describe('a notification by push', () => {
  it('names the object and what happened to it', () => {
    expect(pushed({ attributes: ATTRIBUTES })).toEqual({
      kind: 'object',
      object: OBJECT,
      eventType: 'OBJECT_FINALIZE',
      metadata: {},
      attempts: 1,
    });
  });

  it.each([
    [3, 3],
    [undefined, 1],
    [0, 1],
    ['2', 1],
    [1.5, 1],
  ])('is at delivery attempt %p the delivery %i', (deliveryAttempt, attempts) => {
    expect(pushed({ attributes: ATTRIBUTES }, { deliveryAttempt })).toMatchObject({ attempts });
  });

  it('carries the custom metadata of its payload', () => {
    const attributes = { ...ATTRIBUTES, payloadFormat: 'JSON_API_V1' };
    const data = encoded({ ...RESOURCE, metadata: { 'dicom-courier': 'archive' } });
    expect(pushed({ attributes, data })).toMatchObject({ metadata: { 'dicom-courier': 'archive' } });
    expect(pushed({ attributes, data: encoded(RESOURCE) })).toMatchObject({ kind: 'object', metadata: {} });
  });

  it('does not look at a payload that it was not promised', () => {
    expect(pushed({ attributes: { ...ATTRIBUTES, payloadFormat: 'NONE' }, data: '%%%' })).toMatchObject({
      kind: 'object',
    });
  });

  it.each([
    ['a time that is missing', { eventTime: undefined }],
    ['a time in a form that is not known', { eventTime: 'Fri Jan 2 2026' }],
  ])('is not lost for %s', (_name, changes) => {
    expect(pushed({ attributes: { ...ATTRIBUTES, ...changes } })).toMatchObject({
      kind: 'object',
      object: { finalizedAtMs: undefined },
    });
  });

  it.each(['bucketId', 'objectId', 'objectGeneration', 'eventType'])('cannot be read without %s', (field) => {
    expect(pushed({ attributes: { ...ATTRIBUTES, [field]: undefined } })).toEqual({
      kind: 'invalid',
      eventId: '42',
      problem: `missing or not as documented: message.attributes.${field}`,
      attempts: 1,
    });
  });

  it.each(['12a', '', '-1', '123456789012345678901', 7])(
    'cannot be read with generation %j',
    (objectGeneration) => {
      expect(pushed({ attributes: { ...ATTRIBUTES, objectGeneration } })).toMatchObject({ kind: 'invalid' });
    },
  );

  it.each([undefined, '%%%', encoded('text'), encoded({ metadata: { a: 1 } })])(
    'cannot be read when the payload that it promises is %j',
    (data) => {
      const attributes = { ...ATTRIBUTES, payloadFormat: 'JSON_API_V1' };
      expect(pushed({ attributes, data })).toMatchObject({
        kind: 'invalid',
        problem: expect.stringContaining('data'),
      });
    },
  );
});

describe('an event by Eventarc', () => {
  it('names the object and what happened to it', () => {
    expect(cloudEvent({ ...RESOURCE, metadata: { a: 'b' } })).toEqual({
      kind: 'object',
      object: OBJECT,
      eventType: 'OBJECT_FINALIZE',
      metadata: { a: 'b' },
      attempts: 1,
    });
  });

  it.each([
    ['google.cloud.storage.object.v1.deleted', 'OBJECT_DELETE'],
    ['google.cloud.storage.object.v1.archived', 'OBJECT_ARCHIVE'],
    ['google.cloud.storage.object.v1.metadataUpdated', 'OBJECT_METADATA_UPDATE'],
    ['com.example.something', 'com.example.something'],
  ])('of type %s is %s', (type, eventType) => {
    expect(cloudEvent(RESOURCE, { 'ce-type': [type, 'other'] })).toMatchObject({ eventType });
  });

  it('may give the generation as a number', () => {
    expect(cloudEvent({ ...RESOURCE, generation: 1712345678901234 })).toMatchObject({ object: OBJECT });
  });

  it.each([-1, 1.5, 2 ** 60, null])('cannot be read with generation %p', (generation) => {
    expect(cloudEvent({ ...RESOURCE, generation })).toMatchObject({ kind: 'invalid', eventId: '42' });
  });

  it('is named by its id', () => {
    expect(cloudEvent({})).toMatchObject({ kind: 'invalid', eventId: '42' });
    expect(cloudEvent({}, { 'ce-id': undefined })).toMatchObject({ kind: 'invalid', eventId: '' });
  });
});

describe('what is no event', () => {
  const bodies = [
    undefined,
    null,
    '',
    'DOE^JOHN',
    7,
    [],
    {},
    { message: null },
    { message: { attributes: [] } },
    Buffer.from('DOE'),
  ];

  it.each(bodies.map((body) => [body]))('is told from one: %j', (body) => {
    expect(readStorageEvent({ headers: {}, body })).toMatchObject({ kind: 'invalid', attempts: 1 });
  });

  it('is not quoted in what is said of it', () => {
    const event = pushed({ attributes: { ...ATTRIBUTES, objectGeneration: 'DOE^JOHN' } });
    expect(event.kind === 'invalid' && event.problem).not.toContain('DOE');
  });

  it('has the same name at every delivery', () => {
    const [first, second] = [1, 2].map((deliveryAttempt) =>
      readStorageEvent({ headers: {}, body: { message: {}, deliveryAttempt } }),
    );
    expect(first?.kind === 'invalid' && first.eventId).toEqual(second?.kind === 'invalid' && second.eventId);
  });
});
