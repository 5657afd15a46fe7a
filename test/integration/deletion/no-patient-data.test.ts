import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { EventRequest } from '../../../src/functions/event.ts';
import { StandInControl, type FaultScript } from '../../support/faults.ts';
import { FunctionServer } from '../../support/function-server.ts';
import { LocalProject } from '../../support/local-project.ts';
import { StandInStore } from '../../support/stand-in-store.ts';
import { makeDicom, tripleOf } from '../../support/synthetic-dicom.ts';
import { WiredDelete } from '../../support/wired-delete.ts';

/** Stands for whatever may identify a patient. No encoding of URLs, JSON or headers changes it. */
const MARKER = 'QQPATIENTQQ';
const QUICK = { DELETE_DELAY: '0s', SEARCH_LAG: '0s' };
const SERIES_DELETION = 'dicomWeb/studies/[^/]+/series/[^/]+$';

let project: LocalProject;
let store: StandInStore;
let faults: StandInControl;

beforeAll(async () => {
  project = await LocalProject.start({ operationLengthMs: 0 });
  store = new StandInStore(project.environment);
  faults = new StandInControl(project.environment['HEALTHCARE_ENDPOINT'] ?? '');
});
afterEach(async () => {
  await faults.reset();
  await project.takeCommandReports();
});
afterAll(() => project.close());

function expectNoMarker(log: string): void {
  const lines = log.split('\n').filter((line) => line.toUpperCase().includes(MARKER));
  expect(lines).toEqual([]);
  for (const encoding of ['base64', 'hex'] as const)
    expect(log).not.toContain(Buffer.from(MARKER).toString(encoding));
}

/** A series in the store whose every text is the marker. @returns the command that deletes it. */
async function givenMarked(id: string) {
  const options = {
    seed: id,
    patientName: `${MARKER}^${MARKER}`,
    patientId: MARKER,
    accessionNumber: MARKER,
  };
  await store.put(makeDicom(options));
  const { study, series } = tripleOf(options);
  return { action: 'delete', id, targets: [{ study, series }] };
}

const page = { error: { code: 400, message: MARKER, status: MARKER }, [MARKER]: MARKER };
const answered = (method: string, path: string, status: number, body: unknown): FaultScript => ({
  method,
  path,
  times: 1,
  fault: { kind: 'status', status, body, headers: { server: MARKER } },
});
const matches = [
  {
    '0020000D': { vr: 'UI', Value: [MARKER] },
    '00100010': { vr: 'PN', Value: [{ Alphabetic: MARKER }] },
  },
];

describe('no log line of a deletion quotes the store', () => {
  it.each<readonly [string, readonly FaultScript[]]>([
    ['when nothing goes wrong', []],
    ['whose search is refused', [answered('GET', 'instances\\?', 400, page)]],
    ['whose search is unavailable', [answered('GET', 'instances\\?', 503, MARKER)]],
    ['whose search finds nonsense', [answered('GET', 'instances\\?', 200, matches)]],
    ['whose search is answered with a page', [answered('GET', 'instances\\?', 404, `<html>${MARKER}`)]],
    ['that refuses the request', [answered('DELETE', SERIES_DELETION, 409, page)]],
    ['that may not be asked', [answered('DELETE', SERIES_DELETION, 403, page)]],
    ['that answers the request with nonsense', [answered('DELETE', SERIES_DELETION, 200, { name: MARKER })]],
    ['whose operation is not to be seen', [answered('GET', '/operations/', 403, page)]],
    ['whose operation is nonsense', [answered('GET', '/operations/', 200, { name: MARKER, done: true })]],
  ])('%s', async (title, scripts) => {
    const command = await givenMarked(title.replaceAll(' ', '-'));
    await faults.add(...scripts);
    const worker = new WiredDelete(project, QUICK);
    expect([204, 503]).toContain(await worker.publish(command));
    expect((await faults.scripts()).every(({ isUsedUp }) => isUsedUp)).toBe(true);
    const [report] = await worker.settle();
    expect(report).toMatchObject({ id: command.id, status: 'complete' });
    expectNoMarker(worker.log.join(''));
    expectNoMarker(JSON.stringify(report));
    expect(worker.log.join('')).toContain(command.targets[0]?.series);
  });

  it('whose operation fails with a message', async () => {
    const command = await givenMarked('failing-operation');
    const name = `${project.environment['DICOM_STORE']?.replace(/\/dicomStores.*/, '') ?? ''}/operations/1`;
    const error = { code: 3, message: MARKER, details: [{ '@type': MARKER }] };
    await faults.add(answered('DELETE', SERIES_DELETION, 200, { name }));
    await faults.add({
      ...answered('GET', '/operations/', 200, { name, done: true, error, metadata: { logsUrl: MARKER } }),
      times: null,
    });
    const worker = new WiredDelete(project, QUICK);
    const report = await worker.run(command);
    expect(report).toMatchObject({ status: 'failed', targets: [{ reason: 'operation-failed' }] });
    expectNoMarker(worker.log.join(''));
    expectNoMarker(JSON.stringify(report));
  });
});

describe('no log line of a deletion quotes what is in the buckets', () => {
  it('holds', async () => {
    const command = await givenMarked('held');
    const [target] = command.targets;
    await project.put('records', `holds/${target?.study ?? ''}/${target?.series ?? ''}`, MARKER);
    const worker = new WiredDelete(project, QUICK);
    expect(await worker.run(command)).toMatchObject({ counts: { held: 1 } });
    expectNoMarker(worker.log.join(''));
  });

  it.each([
    ['a ledger that is no JSON', MARKER, 204],
    ['a ledger of nonsense', JSON.stringify({ phase: MARKER, target: MARKER }), 500],
  ])('%s', async (title, content, status) => {
    const command = await givenMarked(title.replaceAll(' ', '-'));
    const [target] = command.targets;
    const name = `deletions/${target?.study ?? ''}/${target?.series ?? ''}.json`;
    const file = await project.put('state', name, content);
    const worker = new WiredDelete(project, QUICK);
    expect(await worker.publish(command)).toBe(status);
    expectNoMarker(worker.log.join(''));
    expect(worker.log.join('')).toContain('deletion not moved on');
    // It stays so until somebody has mended it.
    expect(await worker.takeFinalReports()).toEqual([]);
    await file.delete();
    expect(await worker.settle()).toMatchObject([{ status: 'complete' }]);
  });
});

/** Messages that are no commands, each with the marker in it. */
const INVALID: readonly (readonly [string, unknown])[] = [
  ['another action', { action: MARKER, id: 'odd', [MARKER]: MARKER }],
  [
    'an id that cannot be one',
    { action: 'delete', id: `${MARKER}/${MARKER} x`, targets: [{ study: '1.2' }] },
  ],
  ['a target that is none', { action: 'delete', targets: [{ study: MARKER, [MARKER]: MARKER }] }],
  ['targets that are no list', { action: 'delete', targets: MARKER }],
  ['a number that is none', { action: 'delete', targets: [{ study: '1.2' }], expect: { instances: MARKER } }],
  [
    'a period that is none',
    { action: 'cleanup', olderThan: MARKER, age: MARKER, filter: { modality: [MARKER] } },
  ],
  ['a text', MARKER],
  ['a list', [MARKER]],
];

const pushOf = (data: string, publishTime = '2026-01-02T03:04:05Z'): EventRequest => ({
  headers: { 'content-type': 'application/json', traceparent: MARKER },
  body: {
    message: { messageId: '1', publishTime, data, attributes: { [MARKER]: MARKER } },
    subscription: MARKER,
  },
});
const encode = (text: string): string => Buffer.from(text).toString('base64');

describe('no log line quotes a message that is no command', () => {
  it.each(INVALID)('%s', async (_what, content) => {
    const worker = new WiredDelete(project, QUICK);
    expect(await worker.deliver(pushOf(encode(JSON.stringify(content))))).toBe(204);
    expect(await worker.takeFinalReports()).toMatchObject([{ status: 'failed' }]);
    expect(worker.log.join('')).toContain('command refused');
    expectNoMarker(worker.log.join(''));
  });

  it.each([
    ['what is no JSON', encode(`{"${MARKER}`), 204],
    ['what is no base64', `%${MARKER}%`, 204],
  ])('%s', async (_what, data, status) => {
    const worker = new WiredDelete(project, QUICK);
    expect(await worker.deliver(pushOf(data))).toBe(status);
    expectNoMarker(worker.log.join(''));
  });

  it('a request that is no push', async () => {
    const worker = new WiredDelete(project, QUICK);
    expect(await worker.deliver({ headers: {}, body: { [MARKER]: MARKER } })).toBe(500);
    expectNoMarker(worker.log.join(''));
  });
});

describe('nothing that the process of the delete function writes, to either output, quotes', () => {
  it('a message or the store', async () => {
    const server = await FunctionServer.start({
      ...project.environmentOf('delete'),
      ...QUICK,
      RETRY_BUDGET: '300ms',
    });
    const command = await givenMarked('process');
    try {
      await faults.add(answered('GET', 'instances\\?', 503, MARKER));
      const now = new Date(Date.now()).toISOString();
      expect(await server.deliver(pushOf(encode(JSON.stringify(command)), now))).toBe(204);
      for (const [what, content] of INVALID)
        expect([what, await server.deliver(pushOf(encode(JSON.stringify(content))))]).toEqual([what, 204]);
      expect(await server.deliver({ headers: {}, body: { [MARKER]: MARKER } })).toBe(500);
    } finally {
      await server.stop();
    }
    expectNoMarker(server.output);
    expect(server.output).toContain(command.targets[0]?.series);
    for (const severity of ['INFO', 'WARNING', 'ERROR'])
      expect(server.output).toContain(`"severity":"${severity}"`);
  }, 30_000);
});
