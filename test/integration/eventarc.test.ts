import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { EventRequest } from '../../src/functions/event.ts';
import { FunctionServer } from '../support/function-server.ts';
import { LocalProject, type Arrival } from '../support/local-project.ts';
import { makeDicom, tripleOf } from '../support/synthetic-dicom.ts';

const FINALIZED = 'google.cloud.storage.object.v1.finalized';

let project: LocalProject;
let server: FunctionServer;

beforeAll(async () => {
  project = await LocalProject.start();
  server = await FunctionServer.start(project.environment);
});
afterEach(() => project.takeReports());
afterAll(async () => {
  await server.stop();
  await project.close();
});

/** The headers of a CloudEvent in the binary mode of HTTP, as Eventarc sends it. */
const headersOf = (type = FINALIZED, id = '1234567890'): Record<string, string> => ({
  'content-type': 'application/json',
  'ce-id': id,
  'ce-specversion': '1.0',
  'ce-type': type,
  'ce-source': '//storage.googleapis.com/projects/_/buckets/inbox',
  'ce-subject': 'objects/ward/a.dcm',
  'ce-bucket': 'inbox',
  'ce-time': '2026-01-02T03:04:05.678Z',
});

/** StorageObjectData as JSON: 64-bit integers are strings. */
function cloudEvent({ object }: Arrival, changes: object = {}, type?: string): EventRequest {
  const body = {
    kind: 'storage#object',
    id: `${object.bucket}/${object.name}/${object.generation}`,
    ...object,
    metageneration: '1',
    contentType: 'application/dicom',
    timeCreated: '2026-01-02T03:04:05.678Z',
    updated: '2026-01-02T03:04:05.678Z',
    storageClass: 'STANDARD',
    size: '852',
    ...changes,
  };
  return { headers: headersOf(type), body };
}

describe('an event of Eventarc, through the functions framework', () => {
  it('has its object stored', async () => {
    const file = makeDicom({ seed: 'eventarc' });
    const arrival = await project.drop('ward/ä b#c.dcm', file);
    expect(await server.deliver(cloudEvent(arrival))).toBe(204);
    expect(await project.takeReports()).toMatchObject([{ outcome: 'stored', object: arrival.object }]);
    expect((await project.stored(tripleOf({ seed: 'eventarc' })))?.equals(file)).toBe(true);
  });

  it('has the same report id as the notification of the same object', async () => {
    const arrival = await project.drop('both.dcm', makeDicom({ seed: 'both' }));
    expect(await server.deliver(cloudEvent(arrival))).toBe(204);
    expect(await server.deliver(arrival.push)).toBe(204);
    const ids = (await project.takeReports()).map(({ reportId }) => reportId);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('takes the generation as a number too', async () => {
    const arrival = await project.drop('number.dcm', makeDicom({ seed: 'number' }));
    const generation = Number(arrival.object.generation);
    expect(await server.deliver(cloudEvent(arrival, { generation }))).toBe(204);
    expect(await project.takeReports()).toMatchObject([{ outcome: 'stored', object: arrival.object }]);
  });

  it.each([
    ['google.cloud.storage.object.v1.deleted', 'event-type', {}],
    ['google.cloud.storage.object.v1.archived', 'event-type', {}],
    ['google.cloud.storage.object.v1.metadataUpdated', 'event-type', {}],
    ['google.cloud.audit.log.v1.written', 'event-type', {}],
    [FINALIZED, 'own-output', { metadata: { 'dicom-courier': 'quarantine' } }],
    [FINALIZED, 'other-bucket', { bucket: 'exports' }],
  ])('is ignored with its reason: %s %s', async (type, reason, changes) => {
    const arrival = await project.drop('ignored.dcm', makeDicom({ seed: 'ignored' }));
    expect(await server.deliver(cloudEvent(arrival, changes, type))).toBe(204);
    expect(await project.takeReports()).toMatchObject([{ outcome: 'ignored', reason }]);
    expect(await project.stored(tripleOf({ seed: 'ignored' }))).toBeUndefined();
  });
});

describe('a malformed event, through the functions framework', () => {
  const attributes = {
    bucketId: 'inbox',
    objectId: 'a.dcm',
    objectGeneration: '7',
    eventType: 'OBJECT_FINALIZE',
    payloadFormat: 'JSON_API_V1',
  };
  const json = { 'content-type': 'application/json' };
  const object = { bucket: 'inbox', name: 'a.dcm', generation: '7' };

  it.each<[string, EventRequest]>([
    ['Eventarc: no name', { headers: headersOf(), body: { ...object, name: undefined } }],
    ['Eventarc: no generation', { headers: headersOf(), body: { ...object, generation: undefined } }],
    [
      'Eventarc: a generation that is none',
      { headers: headersOf(), body: { ...object, generation: 'latest' } },
    ],
    ['Eventarc: metadata that is none', { headers: headersOf(), body: { ...object, metadata: { a: 1 } } }],
    ['Eventarc: a list', { headers: headersOf(), body: [object] }],
    ['Eventarc: no body', { headers: headersOf(), body: '' }],
    ['Eventarc: text', { headers: { ...headersOf(), 'content-type': 'text/plain' }, body: 'hello' }],
    ['push: no message', { headers: json, body: { subscription: 's' } }],
    [
      'push: a missing attribute',
      { headers: json, body: { message: { attributes: { ...attributes, objectId: undefined } } } },
    ],
    ['push: data that is no JSON', { headers: json, body: { message: { attributes, data: 'bm8=' } } }],
    ['push: data that is no object', { headers: json, body: { message: { attributes, data: 'WzFd' } } }],
    ['push: no data', { headers: json, body: { message: { attributes } } }],
    ['push: no body', { headers: json, body: '' }],
  ])('is acknowledged with a report that says so: %s', async (_what, request) => {
    const reports = async () => {
      expect(await server.deliver(request)).toBe(204);
      return project.takeReports();
    };
    const [report, ...others] = await reports();
    expect(others).toEqual([]);
    expect(report).toMatchObject({
      kind: 'ingest',
      final: true,
      object: null,
      outcome: 'ignored',
      reason: 'invalid-event',
    });
    expect(report?.detail).toContain('cannot be read');
    // Delivered again it is the same event.
    expect(await reports()).toMatchObject([{ reportId: report?.reportId }]);
  });

  it.each([
    ['Eventarc: no JSON', { headers: headersOf(), body: '{"bucket":"inbox",' }],
    ['push: null', { headers: json, body: 'null' }],
    ['push: no JSON', { headers: json, body: '<html>' }],
  ])(
    'is refused by the framework when neither Pub/Sub nor Eventarc can have sent it: %s',
    async (_what, request) => {
      expect(await server.deliver(request)).toBe(400);
      expect(await project.takeReports()).toEqual([]);
    },
  );
});
