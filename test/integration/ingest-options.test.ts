import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { element, identityElements, part10 } from '../support/element-bytes.ts';
import { carryOne } from '../support/carry-one.ts';
import { answer, closePeers, startPeer } from '../support/http-peer.ts';
import { startProxy } from '../support/http-proxy.ts';
import { LocalProject } from '../support/local-project.ts';
import { stored } from '../support/store-answers.ts';
import { makeDicom, tripleOf } from '../support/synthetic-dicom.ts';
import { WiredIngest } from '../support/wired-ingest.ts';

let project: LocalProject;

beforeAll(async () => {
  project = await LocalProject.start();
});
afterEach(closePeers);
afterAll(() => project.close());

const isInInbox = async (name: string): Promise<boolean> => (await project.names('inbox')).includes(name);
const quarantineName = ({ reportId = '', reason = null as string | null } = {}): string =>
  `${reason ?? ''}/${reportId.split(':')[1] ?? ''}`;

describe('AFTER_STORE', () => {
  afterEach(() => project.grant());

  const environment = { AFTER_STORE: 'delete' };
  const archive = { AFTER_STORE: 'archive', ARCHIVE_BUCKET: 'archive' };

  it('keep leaves the object where it is', async () => {
    const { report } = await carryOne(project, makeDicom({ seed: 'keep' }), { name: 'keep.dcm' });
    expect(report?.outcome).toBe('stored');
    expect(await isInInbox('keep.dcm')).toBe(true);
  });

  it('delete removes an object whose bytes are in the store', async () => {
    project.grant({ afterStore: 'delete' });
    const file = makeDicom({ seed: 'delete' });
    const { status, report } = await carryOne(project, file, { name: 'delete.dcm', environment });
    expect([status, report?.outcome]).toEqual([204, 'stored']);
    expect(await isInInbox('delete.dcm')).toBe(false);
    expect((await project.stored(tripleOf({ seed: 'delete' })))?.equals(file)).toBe(true);
  });

  it.each([
    ['conflict', makeDicom({ seed: 'delete', patientName: 'Other^Otto' })],
    ['rejected', Buffer.from('no DICOM')],
  ])('delete leaves an object that is a %s', async (outcome, bytes) => {
    project.grant({ afterStore: 'delete' });
    const { report } = await carryOne(project, bytes, { name: `${outcome}.dcm`, environment });
    expect(report?.outcome).toBe(outcome);
    expect(await isInInbox(`${outcome}.dcm`)).toBe(true);
  });

  it('delete leaves the object that has come in the place of the one that was stored', async () => {
    project.grant({ afterStore: 'delete' });
    const first = await carryOne(project, makeDicom({ seed: 'replaced' }), { name: 'replaced.dcm' });
    await project.drop('replaced.dcm', makeDicom({ seed: 'replacement' }));
    const worker = new WiredIngest({ ...project.environment, ...environment });
    expect(await worker.deliver(first.push)).toBe(204);
    expect(await project.takeReports()).toMatchObject([{ outcome: 'ignored', reason: 'generation-gone' }]);
    expect(await isInInbox('replaced.dcm')).toBe(true);
  });

  it('archive moves the object as it is', async () => {
    project.grant({ afterStore: 'archive' });
    const file = makeDicom({ seed: 'archive' });
    const metadata = { origin: 'ward 7' };
    const { object, report } = await carryOne(project, file, {
      name: 'a/archive.dcm',
      environment: archive,
      metadata,
    });
    const name = `${object.generation}/a/archive.dcm`;
    expect(report?.outcome).toBe('stored');
    expect(await isInInbox('a/archive.dcm')).toBe(false);
    expect((await project.read('archive', name)).equals(file)).toBe(true);
    expect(await project.metadataOf('archive', name)).toEqual(metadata);
  });

  it('archive in the inbox itself is refused, for what is moved there would come again', () => {
    const circular = { ...project.environment, AFTER_STORE: 'archive', ARCHIVE_BUCKET: 'inbox' };
    expect(() => new WiredIngest(circular)).toThrow(
      'ARCHIVE_BUCKET has to be another bucket than INBOX_BUCKET',
    );
  });
});

describe('REINGEST_AFTER_DELETE', () => {
  const before = new Date(Date.now() - 3_600_000).toISOString();
  const after = new Date(Date.now() + 3_600_000).toISOString();

  const leaveTombstones = async (seed: string, ofStudy: string | null, ofSeries?: string): Promise<void> => {
    const { study, series } = tripleOf({ seed });
    await project.put('state', `tombstones/${study}`, JSON.stringify({ deletedAt: ofStudy }));
    if (ofSeries === undefined) return;
    await project.put('state', `tombstones/${study}/${series}`, JSON.stringify({ deletedAt: ofSeries }));
  };

  it.each([
    ['the study', after, undefined],
    ['the series', null, after],
    ['the series, long after the study', before, after],
  ])(
    'refuse does not resurrect an instance by an object older than the deletion of %s',
    async (what, ofStudy, ofSeries) => {
      const seed = `refuse ${what}`;
      await leaveTombstones(seed, ofStudy, ofSeries);
      const { status, report } = await carryOne(project, makeDicom({ seed }));
      expect([status, report?.outcome, report?.reason]).toEqual([204, 'rejected', 'deleted-before']);
      expect(await project.stored(tripleOf({ seed }))).toBeUndefined();
      expect(await project.names('quarantine')).toContain(quarantineName(report));
    },
  );

  it.each([
    ['the deletion of the study is older than the object', before, undefined],
    ['another series of the study was deleted', null, undefined],
  ])('refuse stores an instance when %s', async (what, ofStudy, ofSeries) => {
    const seed = `stored although ${what}`;
    await leaveTombstones(seed, ofStudy, ofSeries);
    const { report } = await carryOne(project, makeDicom({ seed }));
    expect(report?.outcome).toBe('stored');
  });

  it('allow stores an instance again', async () => {
    const seed = 'allow';
    await leaveTombstones(seed, after, after);
    const environment = { REINGEST_AFTER_DELETE: 'allow' };
    const { report } = await carryOne(project, makeDicom({ seed }), { environment });
    expect(report?.outcome).toBe('stored');
    expect((await project.stored(tripleOf({ seed })))?.equals(makeDicom({ seed }))).toBe(true);
  });
});

describe('what is left alone', () => {
  const own = { metadata: { 'dicom-courier': 'quarantine' } };
  const prefix = { environment: { INBOX_PREFIX: 'ready/' } };
  const pattern = { environment: { IGNORE_PATTERN: String.raw`(^|/)\.|\.tmp$` } };

  it.each([
    ['a name outside INBOX_PREFIX', 'waiting/a.dcm', 'outside-prefix', prefix],
    ['a name that matches IGNORE_PATTERN', 'ward/a.dcm.tmp', 'ignored-by-pattern', pattern],
    ['a hidden name that matches IGNORE_PATTERN', 'ward/.DS_Store', 'ignored-by-pattern', pattern],
    ['a folder marker', 'ward/', 'folder-marker', {}],
    ['a part of a composite upload', 'gcloud/tmp/parallel_composite_uploads/a_1', 'composite-part', {}],
    ["one of the worker's own outputs", 'ward/copy.dcm', 'own-output', own],
  ])('%s is ignored and reported, and nothing is stored', async (what, name, reason, options) => {
    const seed = `ignored ${what}`;
    const { status, report } = await carryOne(project, makeDicom({ seed }), { name, ...options });
    expect([status, report?.outcome, report?.reason]).toEqual([204, 'ignored', reason]);
    expect(await project.stored(tripleOf({ seed }))).toBeUndefined();
  });

  it.each([
    ['INBOX_PREFIX', 'ready/a.dcm', prefix],
    ['IGNORE_PATTERN', 'ward/a.tmp.dcm', pattern],
  ])('what %s does not exclude is stored', async (variable, name, options) => {
    const { report } = await carryOne(project, makeDicom({ seed: variable }), { name, ...options });
    expect(report?.outcome).toBe('stored');
  });
});

describe('the limits', () => {
  it('rejects an object that cannot pass within a delivery at MIN_THROUGHPUT, and names the way', async () => {
    // One second of work: the margin before the time-out takes the other fifteen.
    const environment = { MIN_THROUGHPUT: '10000', FUNCTION_TIMEOUT: '16s' };
    const file = makeDicom({ seed: 'too large', pixelBytes: 9800 });
    const { report } = await carryOne(project, file, { environment });
    expect(report).toMatchObject({ outcome: 'rejected', reason: 'too-large' });
    expect(report?.detail).toContain('dicomStores.import');
    expect((await project.read('quarantine', quarantineName(report))).equals(file)).toBe(true);
  });

  it('rejects a header that is longer than MAX_HEADER_BYTES', async () => {
    const [sopClass, sopInstance, study, series] = identityElements() as [Buffer, Buffer, Buffer, Buffer];
    const bulk = element(0x00091001, 'OB', Buffer.alloc(5000));
    const file = part10(
      [element(0x00020010, 'UI', '1.2.840.10008.1.2.1')],
      Buffer.concat([sopClass, sopInstance, bulk, study, series]),
    );
    const limited = await carryOne(project, file, { environment: { MAX_HEADER_BYTES: '4096' } });
    expect(limited.report).toMatchObject({ outcome: 'rejected', reason: 'header-too-large' });
    const roomy = await carryOne(project, file, { environment: { MAX_HEADER_BYTES: '8192' } });
    expect(roomy.report).toMatchObject({ outcome: 'stored' });
  });
});

describe('VERIFY=always', () => {
  const environment = { VERIFY: 'always' };

  it('retrieves what was stored and compares it', async () => {
    const seed = 'verified';
    const asked: string[] = [];
    const proxy = await startProxy(project.environment['HEALTHCARE_ENDPOINT'] ?? '', ({ method }) => {
      asked.push(method);
      return 'pass';
    });
    try {
      const watched = { ...environment, HEALTHCARE_ENDPOINT: proxy.origin };
      const { report } = await carryOne(project, makeDicom({ seed }), { environment: watched });
      expect(report?.outcome).toBe('stored');
      expect(asked).toEqual(['POST', 'GET']);
    } finally {
      await proxy.close();
    }
  });

  it('finds out a store that says stored and keeps something else', async () => {
    const seed = 'not what was sent';
    const other = makeDicom({ seed, patientName: 'Other^Otto' });
    const store = await startPeer(
      stored(tripleOf({ seed })),
      answer(200, { 'content-type': 'application/dicom' }, other),
    );
    const deceived = { ...environment, HEALTHCARE_ENDPOINT: store.origin };
    const { report } = await carryOne(project, makeDicom({ seed }), { environment: deceived });
    expect(report).toMatchObject({ outcome: 'conflict', reason: 'different-content' });
  });
});

describe('STORE_ENCODING', () => {
  it.each(['single', 'multipart'])(
    '%s brings the instance into the store byte for byte',
    async (encoding) => {
      const seed = `encoding ${encoding}`;
      const file = makeDicom({ seed, pixelBytes: 196_608 });
      const environment = { STORE_ENCODING: encoding, VERIFY: 'always' };
      const { report } = await carryOne(project, file, { environment });
      expect(report?.outcome).toBe('stored');
      expect((await project.stored(tripleOf({ seed })))?.equals(file)).toBe(true);
    },
  );
});
