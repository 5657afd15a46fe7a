import type { Bucket } from '@google-cloud/storage';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generationOf, refusalOf, StorageUnderTest, type PublishedMessage } from './stand-in.ts';

const TOPIC = 'projects/local/topics/objects';

describe('notifications', () => {
  let server: StorageUnderTest;
  let bucket: Bucket;
  beforeAll(async () => (server = await StorageUnderTest.start()));
  afterAll(() => server.stop());
  beforeEach(async () => {
    bucket = await server.bucket();
    server.published.length = 0;
    server.warnings.length = 0;
  });
  afterEach(() => {
    server.beforePublish = () => undefined;
  });

  const events = (): Record<string, string | undefined>[] =>
    server.published.map(({ attributes }) => ({
      type: attributes['eventType'],
      generation: attributes['objectGeneration'],
      overwrote: attributes['overwroteGeneration'],
      overwrittenBy: attributes['overwrittenByGeneration'],
    }));

  it('creates, shows, lists and deletes configurations', async () => {
    const [first] = await bucket.createNotification(TOPIC, { eventTypes: ['OBJECT_FINALIZE'] });
    await bucket.createNotification(TOPIC);
    expect((await first.getMetadata())[0]).toMatchObject({
      kind: 'storage#notification',
      id: '1',
      topic: `//pubsub.googleapis.com/${TOPIC}`,
      payload_format: 'JSON_API_V1',
      event_types: ['OBJECT_FINALIZE'],
    });
    await first.delete();
    const [left] = await bucket.getNotifications();
    expect(left.map(({ id }) => id)).toEqual(['2']);
    expect(await refusalOf(first.getMetadata())).toMatchObject({ status: 404 });
  });

  it.each([
    ['a topic that is none', { topic: 'objects', payload_format: 'NONE' }],
    [
      'an unknown event',
      { topic: `//pubsub.googleapis.com/${TOPIC}`, payload_format: 'NONE', event_types: ['X'] },
    ],
    ['an unknown payload', { topic: `//pubsub.googleapis.com/${TOPIC}`, payload_format: 'XML' }],
  ])('refuses a configuration with %s', async (_, config) => {
    const path = `/storage/v1/b/${bucket.name}/notificationConfigs`;
    expect((await server.fetch(path, { method: 'POST', body: JSON.stringify(config) })).status).toBe(400);
  });

  it('has published the new object when the upload is answered', async () => {
    await bucket.createNotification(TOPIC, { customAttributes: { source: 'inbox' } });
    const file = bucket.file('a/b.dcm');
    await file.save('content', { resumable: false, contentType: 'application/dicom' });
    const [message] = server.published as [PublishedMessage];
    expect(server.published).toHaveLength(1);
    expect(message.topic).toBe(TOPIC);
    expect(message.attributes).toEqual({
      notificationConfig: `projects/_/buckets/${bucket.name}/notificationConfigs/1`,
      eventType: 'OBJECT_FINALIZE',
      payloadFormat: 'JSON_API_V1',
      bucketId: bucket.name,
      objectId: 'a/b.dcm',
      objectGeneration: generationOf(file),
      // The event has a time of its own, moments after the object's.
      eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      source: 'inbox',
    });
    expect(JSON.parse(message.data)).toEqual(file.metadata);
  });

  it('sends no payload where none is wanted', async () => {
    await bucket.createNotification(TOPIC, { payloadFormat: 'NONE' });
    await bucket.file('a').save('content', { resumable: false });
    expect(server.published).toMatchObject([{ data: '', attributes: { payloadFormat: 'NONE' } }]);
  });

  it('tells of overwriting, metadata and deletion, with the generations on both sides', async () => {
    await bucket.createNotification(TOPIC);
    const file = bucket.file('a');
    await file.save('1', { resumable: false });
    const first = generationOf(file);
    await file.save('2', { resumable: true });
    const second = generationOf(file);
    await file.setMetadata({ contentType: 'a/b' });
    await file.delete();
    expect(events()).toEqual([
      { type: 'OBJECT_FINALIZE', generation: first },
      { type: 'OBJECT_FINALIZE', generation: second, overwrote: first },
      { type: 'OBJECT_DELETE', generation: first, overwrittenBy: second },
      { type: 'OBJECT_METADATA_UPDATE', generation: second },
      { type: 'OBJECT_DELETE', generation: second },
    ]);
  });

  it('tells of archiving in a bucket with versioning', async () => {
    const versioned = await server.bucket({ versioning: { enabled: true } });
    await versioned.createNotification(TOPIC, { eventTypes: ['OBJECT_ARCHIVE', 'OBJECT_DELETE'] });
    const file = versioned.file('a');
    await file.save('1', { resumable: false });
    const first = generationOf(file);
    await file.save('2', { resumable: false });
    const second = generationOf(file);
    await file.delete();
    await versioned.file('a', { generation: first }).delete();
    expect(events()).toEqual([
      { type: 'OBJECT_ARCHIVE', generation: first, overwrittenBy: second },
      { type: 'OBJECT_ARCHIVE', generation: second },
      { type: 'OBJECT_DELETE', generation: first },
    ]);
  });

  it('tells of copies and compositions', async () => {
    await bucket.file('a').save('1', { resumable: false });
    await bucket.createNotification(TOPIC);
    await bucket.file('a').copy('b');
    await bucket.combine(['a', 'b'], 'c.txt');
    expect(server.published.map(({ attributes }) => attributes['objectId'])).toEqual(['b', 'c.txt']);
  });

  it('honours the prefix and the event types of each configuration', async () => {
    await bucket.createNotification(`${TOPIC}-in`, { objectNamePrefix: 'in/' });
    await bucket.createNotification(`${TOPIC}-gone`, { eventTypes: ['OBJECT_DELETE'] });
    await bucket.file('in/a').save('1', { resumable: false });
    await bucket.file('out/a').save('1', { resumable: false });
    await bucket.file('out/a').delete();
    expect(server.published.map(({ topic, attributes }) => [topic, attributes['objectId']])).toEqual([
      [`${TOPIC}-in`, 'in/a'],
      [`${TOPIC}-gone`, 'out/a'],
    ]);
  });

  it('tells nothing of uploads that fail', async () => {
    await bucket.createNotification(TOPIC);
    await bucket.file('a').save('1', { resumable: false });
    server.published.length = 0;
    await refusalOf(
      bucket.file('a').save('2', { resumable: false, preconditionOpts: { ifGenerationMatch: 0 } }),
    );
    await refusalOf(bucket.file('b').save('2', { resumable: false, metadata: { crc32c: 'AAAAAA==' } }));
    expect(server.published).toEqual([]);
  });

  it('keeps a notification that the topic refuses, and tries again until it is taken', async () => {
    await bucket.createNotification(TOPIC);
    let refusals = 0;
    const taken = new Promise<void>((resolve) => {
      server.beforePublish = () => {
        if (refusals < 3) {
          refusals += 1;
          throw new Error('no such topic');
        }
        resolve();
      };
    });
    await bucket.file('a').save('1', { resumable: false });
    expect(server.warnings).toEqual([expect.stringContaining('no such topic')]);
    await taken;
    expect(refusals).toBe(3);
    expect(server.published).toMatchObject([{ attributes: { objectId: 'a' } }]);
  });

  it('publishes after a restart what it could not publish before', async () => {
    await bucket.createNotification(TOPIC);
    server.beforePublish = () => {
      throw new Error('topic is away');
    };
    await bucket.file('a').save('1', { resumable: false });
    const taken = new Promise<string>((resolve) => (server.beforePublish = resolve));
    await server.restart();
    expect(await taken).toBe(TOPIC);
  });
});
