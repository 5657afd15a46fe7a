import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import type { EventRequest } from '../../src/functions/event.ts';
import { hashObjectRef } from '../../src/domain/object-ref.ts';
import { FunctionServer } from '../support/function-server.ts';
import { answer, closePeers, reset, startPeer, type Reaction } from '../support/http-peer.ts';
import { LocalProject, type PutSettings } from '../support/local-project.ts';
import { refused, stored, storedNothing } from '../support/store-answers.ts';
import { makeDicom, tripleOf, uid, type SyntheticDicom } from '../support/synthetic-dicom.ts';
import { WiredIngest } from '../support/wired-ingest.ts';

/** Stands for whatever may identify a patient. No encoding of URLs, JSON or headers changes it. */
const MARKER = 'QQPATIENTQQ';
const NAME = `ward/${MARKER}/${MARKER}.dcm`;
const SETTINGS: PutSettings = { metadata: { [MARKER.toLowerCase()]: MARKER, patient: MARKER } };

let project: LocalProject;

beforeAll(async () => {
  project = await LocalProject.start();
});
afterEach(async () => {
  await closePeers();
  await project.takeReports();
});
afterAll(() => project.close());

/** A file with the marker in every field that is not a UID. */
const marked = (seed: string, changes: SyntheticDicom = {}): SyntheticDicom => ({
  seed,
  patientName: `${MARKER}^${MARKER}`,
  patientId: MARKER,
  accessionNumber: MARKER,
  modality: MARKER,
  studyDate: MARKER,
  elements: [
    ...['00080090', '00081048', '00081060', '00101005'].map((tag) => ({ tag, vr: 'PN', value: MARKER })),
    ...['00080080', '00081030', '0008103E', '00101000', '00204000'].map((tag) => ({
      tag,
      vr: 'LO',
      value: MARKER,
    })),
    { tag: '00090010', vr: 'LO', value: MARKER },
    { tag: '00091001', vr: 'UN', value: Buffer.from(MARKER) },
    { tag: '00101002', vr: 'SQ', value: [[{ tag: '00100020', vr: 'LO', value: MARKER }]] },
  ],
  ...changes,
});

function expectNoMarker(log: string): void {
  const lines = log.split('\n').filter((line) => line.toUpperCase().includes(MARKER));
  expect(lines).toEqual([]);
  for (const encoding of ['base64', 'hex'] as const)
    expect(log).not.toContain(Buffer.from(MARKER).toString(encoding));
}

interface Scenario {
  readonly bytes?: Buffer;
  readonly settings?: PutSettings;
  /** Of the store, for each attempt; without any the stand-in answers. */
  readonly store?: Reaction;
  readonly environment?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly severity: 'INFO' | 'WARNING' | 'ERROR';
  /** Whether the instance's UIDs are known when the line is written, and belong into it. */
  readonly hasUids?: boolean;
  readonly tombstone?: string;
}

const OPTIONS = marked('no patient data');
const TRIPLE = tripleOf(OPTIONS);
const FILE = makeDicom(OPTIONS);
const html = { 'content-type': 'text/html', 'retry-after': MARKER, server: MARKER };
const dicomJson = { 'content-type': 'application/dicom+json' };
const page = `<!doctype html><title>${MARKER}</title>`;
const exists = refused(TRIPLE, `${MARKER} already exists`);
const others = { metadata: SETTINGS.metadata ?? {}, contentEncoding: 'gzip' };

const SCENARIOS: readonly (readonly [string, Scenario])[] = [
  ['is stored', { store: stored(TRIPLE), status: 204, severity: 'INFO', hasUids: true }],
  [
    'is refused with a detail',
    { store: refused(TRIPLE, MARKER), status: 204, severity: 'INFO', hasUids: true },
  ],
  [
    'is refused with a text',
    { store: answer(400, {}, MARKER), status: 204, severity: 'INFO', hasUids: true },
  ],
  [
    'conflicts with another',
    { store: afterwards(exists, answer(200, {}, MARKER)), status: 204, severity: 'INFO', hasUids: true },
  ],
  ['meets a page with 400', { store: answer(400, html, page), status: 503, severity: 'WARNING' }],
  ['meets a page with 502', { store: answer(502, html, page), status: 503, severity: 'WARNING' }],
  ['is throttled', { store: answer(429, html, MARKER), status: 429, severity: 'WARNING' }],
  ['may not be stored', { store: answer(403, html, MARKER), status: 503, severity: 'ERROR' }],
  [
    'is answered with nonsense',
    { store: answer(200, dicomJson, `{"${MARKER}":`), status: 503, severity: 'WARNING' },
  ],
  ['is answered with nothing', { store: storedNothing, status: 503, severity: 'WARNING' }],
  ['is redirected', { store: answer(302, { location: `/${MARKER}` }), status: 503, severity: 'ERROR' }],
  ['is cut off', { store: reset, status: 503, severity: 'WARNING' }],
  [
    'cannot be compared',
    { store: afterwards(exists, answer(503, html, MARKER)), status: 503, severity: 'WARNING' },
  ],
  [
    'cannot be compared for its parts',
    {
      store: afterwards(
        exists,
        answer(200, { 'content-type': `multipart/related; boundary=${MARKER}` }, MARKER),
      ),
      status: 503,
      severity: 'WARNING',
    },
  ],
  [
    'has a tombstone of nonsense',
    { tombstone: JSON.stringify({ deletedAt: MARKER }), status: 500, severity: 'ERROR' },
  ],
  [
    'has a tombstone of several lines',
    { tombstone: JSON.stringify({ deletedAt: `x\n    at ${MARKER} (y)` }), status: 500, severity: 'ERROR' },
  ],
  ['has a tombstone that is no JSON', { tombstone: MARKER, status: 503, severity: 'WARNING' }],
  ['has a marked UID', { bytes: makeDicom({ ...OPTIONS, study: MARKER }), status: 204, severity: 'INFO' }],
  [
    'has a marked transfer syntax',
    {
      bytes: makeDicom({ ...OPTIONS, transferSyntax: MARKER }),
      store: stored(TRIPLE),
      status: 204,
      severity: 'INFO',
    },
  ],
  ['is no DICOM', { bytes: Buffer.from(`${MARKER}\n`.repeat(99)), status: 204, severity: 'INFO' }],
  ['is torn', { bytes: FILE.subarray(0, 450), status: 204, severity: 'INFO' }],
  ['is bare', { bytes: FILE.subarray(132), status: 204, severity: 'INFO' }],
  [
    'is bare and torn',
    { bytes: FILE.subarray(132, 500), environment: { NO_PREAMBLE: 'supply' }, status: 204, severity: 'INFO' },
  ],
  ['is no gzip', { settings: others, status: 204, severity: 'INFO' }],
  [
    'is torn gzip',
    { bytes: gzipSync(FILE).subarray(0, -5), settings: others, status: 204, severity: 'INFO' },
  ],
];

/** The first reaction for the store request, the second for the retrieval that follows it. */
function afterwards(first: Reaction, second: Reaction): Reaction {
  return (response, request, received) =>
    (request.method === 'POST' ? first : second)(response, request, received);
}

describe('no log line quotes an object', () => {
  it.each(SCENARIOS)('that %s', async (_what, scenario) => {
    const { bytes = FILE, settings = SETTINGS, store, environment = {}, tombstone } = scenario;
    const peer = await startPeer(...Array.from({ length: 20 }, () => store ?? answer(599)));
    const name = `tombstones/${TRIPLE.study}`;
    await project.put('state', name, tombstone ?? JSON.stringify({ deletedAt: null }));
    const worker = new WiredIngest({
      ...project.environment,
      HEALTHCARE_ENDPOINT: peer.origin,
      ...environment,
    });
    const { object, push } = await project.drop(NAME, bytes, settings);
    expect(await worker.deliver(push)).toBe(scenario.status);
    const log = worker.log.join('');
    expectNoMarker(log);
    const last = JSON.parse(worker.log.at(-1) ?? '{}') as Record<string, unknown>;
    expect(last).toMatchObject({ severity: scenario.severity, objectHash: hashObjectRef(object) });
    if (scenario.hasUids === true) expect(last).toMatchObject(TRIPLE);
  });

  it('that is ignored', async () => {
    const worker = new WiredIngest({ ...project.environment, INBOX_PREFIX: 'ready/' });
    const { push } = await project.drop(NAME, FILE, SETTINGS);
    expect(await worker.deliver(push)).toBe(204);
    expectNoMarker(worker.log.join(''));
  });
});

describe('nothing that the process of the function writes, to either output, quotes an object', () => {
  const json = { 'content-type': 'application/json' };
  const attributes = { bucketId: 'inbox', objectId: MARKER, objectGeneration: MARKER, eventType: MARKER };
  /** Not among them: a body that is no JSON, which no event source sends, never reaches the worker; Express prints it. */
  const events: readonly (readonly [string, number, EventRequest])[] = [
    [
      'an event with wrong attributes',
      204,
      { headers: json, body: { message: { attributes, data: MARKER } } },
    ],
    ['an event of another shape', 204, { headers: json, body: { [MARKER]: MARKER } }],
    [
      'an event with marked headers',
      204,
      { headers: { ...json, traceparent: MARKER, 'ce-type': MARKER, 'ce-id': MARKER }, body: {} },
    ],
  ];

  it('at any severity', async () => {
    // The store is not there at all, and the lines of a few attempts are seen.
    const server = await FunctionServer.start({
      ...project.environment,
      RETRY_BUDGET: '300ms',
      HEALTHCARE_ENDPOINT: 'http://127.0.0.1:9',
    });
    const objects = [];
    try {
      const options = marked('process');
      const good = await project.drop(NAME, makeDicom(options), SETTINGS);
      expect(await server.deliver(good.push)).toBe(503);
      const bad = await project.drop(NAME, Buffer.from(MARKER), SETTINGS);
      expect(await server.deliver(bad.push)).toBe(204);
      const odd = marked('odd', { study: uid('odd') });
      await project.put('state', `tombstones/${uid('odd')}`, JSON.stringify({ deletedAt: MARKER }));
      const unforeseen = await project.drop(NAME, makeDicom(odd), SETTINGS);
      expect(await server.deliver(unforeseen.push)).toBe(500);
      objects.push(good.object, bad.object, unforeseen.object);
      for (const [what, status, event] of events)
        expect([what, await server.deliver(event)]).toEqual([what, status]);
    } finally {
      await server.stop();
    }
    expectNoMarker(server.output);
    for (const severity of ['INFO', 'WARNING', 'ERROR'])
      expect(server.output).toContain(`"severity":"${severity}"`);
    for (const object of objects) expect(server.output).toContain(hashObjectRef(object));
  });
});
