import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EventRequest } from '../../src/functions/event.ts';
import { bundleFunction, type BundledFunction } from '../support/bundled-function.ts';
import { FunctionServer } from '../support/function-server.ts';
import { LocalProject } from '../support/local-project.ts';

const MIB = 1024 * 1024;
const BOUND_BYTES = 320 * MIB;
const JSON_TYPE = { 'content-type': 'application/json' };

const FUNCTIONS = ['ingest', 'export', 'delete'] as const;
type FunctionName = (typeof FUNCTIONS)[number];

/** A body that the functions framework cannot read: it is answered 400 or 413, before the worker sees it. */
const UNREADABLE: readonly (readonly [string, string])[] = [
  ['nothing that is JSON', '{"message":'],
  ['JSON with a comma too many', '{"message":{},}'],
];

/** A body that is JSON, and no push. Ingest says so; the others give it back, because there is nobody to be told. */
const NO_PUSH: readonly (readonly [string, string])[] = [
  ['an empty object', '{}'],
  ['a list', '[]'],
  ['a message that is a text', '{"message":"x"}'],
  ['a message that is a list', '{"message":[1]}'],
  ['a message without anything', '{"message":{}}'],
  ['nothing', ''],
  ['a message id that is a number', '{"message":{"messageId":1,"publishTime":"2026-01-02T03:04:05Z"}}'],
  ['a prototype', '{"__proto__":{"message":{"messageId":"1"}},"constructor":{"prototype":{"x":1}}}'],
  ['a huge number', '{"message":{"messageId":1e400},"deliveryAttempt":1e999}'],
];

const push = (data: string, fields: object = {}): string =>
  JSON.stringify({ message: { messageId: '7', publishTime: '2026-01-02T03:04:05Z', data, ...fields } });
const base64 = (bytes: Buffer | string): string => Buffer.from(bytes).toString('base64');
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const many = (count: number): string =>
  JSON.stringify(Array.from({ length: count }, () => ({ study: '1.2' })));

/** A push whose content is no command: acknowledged, once it has been said what is wrong with it. */
const NO_COMMAND: readonly (readonly [string, string])[] = [
  ['no data', push('')],
  ['data that is no base64', push('\u0000%%%not base64')],
  ['data that is no UTF-8', push(base64(Buffer.from([0xff, 0xfe, 0xc3, 0x28])))],
  ['data of 2 MB', push(base64(`"${'x'.repeat(2_000_000)}"`))],
  ['100,000 lists in each other', push(base64(nested(100_000)))],
  [
    '100,000 lists in each other, as targets',
    push(base64(`{"action":"delete","targets":${nested(100_000)}}`)),
  ],
  ['a prototype for a command', push(base64('{"__proto__":{"action":"delete"},"targets":[{"study":"1"}]}'))],
  ['a prototype beside a command', push(base64('{"action":"tick","__proto__":{"x":1},"constructor":{}}'))],
  ['a name of an own property for an action', push(base64('{"action":"toString"}'))],
  ['one key twice', push(base64('{"action":"tick","action":"no such thing"}'))],
  ['a number of 400 digits', push(base64(`{"action":"delete","expect":{"instances":${'9'.repeat(400)}}}`))],
  ['tens of thousands of targets', push(base64(`{"action":"delete","id":"many","targets":${many(70_000)}}`))],
  ['an id that is an object', push(base64('{"action":"delete","id":{"$ne":""},"targets":[{"study":"1"}]}'))],
];

const ENVIRONMENT = { EXPORT_TOPIC: 'slices', EXPORT_DESTINATIONS: 'gs://exports/trials/' };

describe.each(FUNCTIONS)('%s, given messages that nobody would send', (target: FunctionName) => {
  let project: LocalProject;
  let bundle: BundledFunction;
  let server: FunctionServer;

  beforeAll(async () => {
    [project, bundle] = await Promise.all([LocalProject.start(), bundleFunction()]);
    server = await FunctionServer.start({ ...project.environmentOf(target), ...ENVIRONMENT }, bundle.script);
  });
  afterAll(async () => {
    await server.stop();
    bundle.remove();
    await project.close();
  });

  const deliver = (body: string, headers: EventRequest['headers'] = JSON_TYPE): Promise<number> =>
    server.deliver({ headers, body });

  /** It does afterwards what it is for, in the memory it should have. */
  const expectAlive = async (): Promise<void> => {
    if (target === 'ingest') {
      const { push: event } = await project.drop('alive.txt', Buffer.from('no instance'));
      expect(await server.deliver(event)).toBe(204);
      expect(await project.takeReports()).toMatchObject([{ outcome: 'rejected', reason: 'not-dicom' }]);
    } else {
      expect(await deliver(push(base64('{"action":"none"}'), { messageId: 'alive' }))).toBe(204);
      const [report] = await project.takeCommandReports();
      expect(report).toMatchObject({ reportId: `${target}:refused:alive`, status: 'failed' });
    }
    expect(server.peakMemoryBytes()).toBeLessThan(BOUND_BYTES);
    expect(await project.names('state')).toEqual([]);
  };

  it.each(UNREADABLE)('refuses %s', async (_what, body) => {
    expect(await deliver(body)).toBe(400);
    await expectAlive();
  });

  it('answers the largest message that Pub/Sub takes', async () => {
    expect(await deliver(push(base64(Buffer.alloc(10_000_000, 'x'))))).toBe(204);
    const reports = [...(await project.takeReports()), ...(await project.takeCommandReports())];
    expect(reports).toHaveLength(1);
    await expectAlive();
  });

  it.each(NO_PUSH)('answers %s', async (_what, body) => {
    expect(await deliver(body)).toBe(target === 'ingest' ? 204 : 500);
    const reports = target === 'ingest' ? await project.takeReports() : await project.takeCommandReports();
    expect(reports).toMatchObject(
      target === 'ingest' ? [{ outcome: 'ignored', reason: 'invalid-event' }] : [],
    );
    await expectAlive();
  });

  it.each(NO_COMMAND)('says once what is wrong with a message of %s', async (_what, body) => {
    expect(await deliver(body)).toBe(204);
    const reports = target === 'ingest' ? await project.takeReports() : await project.takeCommandReports();
    expect(reports).toMatchObject([
      target === 'ingest'
        ? { outcome: 'ignored', reason: 'invalid-event' }
        : { final: true, status: 'failed', reportId: `${target}:refused:7` },
    ]);
    await expectAlive();
  });
});

describe('ingest, given an event with a wrong type in a field', () => {
  let project: LocalProject;
  let server: FunctionServer;

  beforeAll(async () => {
    project = await LocalProject.start();
    server = await FunctionServer.start(project.environment);
  });
  afterAll(async () => {
    await server.stop();
    await project.close();
  });

  const ATTRIBUTES = {
    bucketId: 'inbox',
    objectId: 'a.dcm',
    objectGeneration: '1',
    eventType: 'OBJECT_FINALIZE',
  };
  const WRONG = [null, 1, true, {}, [], ['inbox'], undefined, ''] as const;
  const rows = Object.keys(ATTRIBUTES).flatMap((field) => WRONG.map((value) => [field, value] as const));

  it.each(rows)('reports it as ignored, by field: %s is %j', async (field, value) => {
    const attributes = { ...ATTRIBUTES, [field]: value };
    const body = { message: { messageId: '7', attributes } };
    expect(await server.deliver({ headers: JSON_TYPE, body })).toBe(204);
    const [report, ...others] = await project.takeReports();
    expect({ report, others }).toMatchObject({
      report: { outcome: 'ignored', reason: 'invalid-event' },
      others: [],
    });
    expect(report?.detail).toContain(`message.attributes.${field}`);
  });
});
