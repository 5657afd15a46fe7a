import { afterEach, describe, expect, it } from '@jest/globals';
import { makeDicom, TRANSFER_SYNTAX, tripleOf, uid } from '../../../test/support/synthetic-dicom.ts';
import type { HealthcareSwitches } from '../../src/healthcare/switches.ts';
import {
  MULTIPART,
  startFixture,
  store,
  STORE_PATH,
  toMultipart,
  type Answer,
  type Fixture,
} from './fixture.ts';

const JSON_ANSWER = { accept: 'application/dicom+json' };
const SOP_CLASS = '1.2.840.10008.5.1.4.1.1.7';

let fixture: Fixture | undefined;
async function start(switches?: Partial<HealthcareSwitches>): Promise<Fixture> {
  fixture = await startFixture(switches);
  return fixture;
}
afterEach(() => fixture?.close());

const instancePath = ({ study, series, instance } = tripleOf({})) =>
  `/studies/${study}/series/${series}/instances/${instance}`;
const retrieve = (from: Fixture, path = instancePath()) =>
  from.send('GET', path, { accept: 'application/dicom; transfer-syntax=*' });

describe('store answers of the healthcare stand-in', () => {
  it('are XML unless JSON is asked for', async () => {
    const server = await start();
    const answer = await store(server, makeDicom());
    const { study, series, instance } = tripleOf({});
    const base = `${server.url}${STORE_PATH}/dicomWeb/studies/${study}`;
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'application/dicom+xml; charset=utf-8',
    ]);
    expect(answer.text()).toBe(
      `<NativeDicomModel><DicomAttribute tag="00081190" vr="UR" keyword="RetrieveURL"><Value number="1">${base}</Value></DicomAttribute>` +
        '<DicomAttribute tag="00081199" vr="SQ" keyword="ReferencedSOPSequence"><Item number="1">' +
        `<DicomAttribute tag="00081150" vr="UI" keyword="ReferencedSOPClassUID"><Value number="1">${SOP_CLASS}</Value></DicomAttribute>` +
        `<DicomAttribute tag="00081155" vr="UI" keyword="ReferencedSOPInstanceUID"><Value number="1">${instance}</Value></DicomAttribute>` +
        `<DicomAttribute tag="00081190" vr="UR" keyword="RetrieveURL"><Value number="1">${base}/series/${series}/instances/${instance}</Value></DicomAttribute>` +
        '</Item></DicomAttribute></NativeDicomModel>',
    );
  });

  it('name a duplicate with other bytes in XML', async () => {
    const server = await start();
    await store(server, makeDicom());
    const answer = await store(server, makeDicom({ patientName: 'Other' }));
    expect(answer.status).toBe(409);
    expect(answer.text()).toBe(
      '<NativeDicomModel><DicomAttribute tag="00081198" vr="SQ" keyword="FailedSOPSequence"><Item number="1">' +
        '<DicomAttribute tag="00081197" vr="US" keyword="FailureReason"><Value number="1">272</Value></DicomAttribute>' +
        '<DicomAttribute tag="00090097" vr="LT" keyword="FailureDetail" privateCreator="GOOGLE"><Value number="1">already exists</Value></DicomAttribute>' +
        `<DicomAttribute tag="00081150" vr="UI" keyword="ReferencedSOPClassUID"><Value number="1">${SOP_CLASS}</Value></DicomAttribute>` +
        `<DicomAttribute tag="00081155" vr="UI" keyword="ReferencedSOPInstanceUID"><Value number="1">${tripleOf({}).instance}</Value></DicomAttribute>` +
        '</Item></DicomAttribute></NativeDicomModel>',
    );
  });

  it('name what was stored and what failed of one request in JSON', async () => {
    const server = await start();
    const body = toMultipart([Buffer.from('no DICOM'), makeDicom()]);
    const answer = await server.send('POST', '/studies', { ...MULTIPART, ...JSON_ANSWER }, body);
    expect(answer.status).toBe(409);
    expect(answer.json()).toMatchObject({
      '00081190': { Value: [expect.stringMatching(new RegExp(`/studies/${tripleOf({}).study}$`))] },
      '00081198': {
        vr: 'SQ',
        Value: [
          {
            '00081197': { vr: 'US', Value: [272] },
            '00091097': { Value: [expect.stringContaining('DICM')] },
          },
        ],
      },
      '00081199': { Value: [{ '00081155': { vr: 'UI', Value: [tripleOf({}).instance] } }] },
    });
    expect((await retrieve(server)).status).toBe(200);
  });

  it.each([
    ['application/dicom+json;q=0.5, application/dicom+xml;q=0.9', 200, 'application/dicom+xml'],
    ['application/dicom+xml;q=0.1, application/dicom+json', 200, 'application/dicom+json'],
    ['*/*', 200, 'application/dicom+xml'],
    ['application/dicom+json;q=0', 406, 'text/plain'],
    ['application/json', 406, 'text/plain'],
  ])('for Accept %s have status %d and type %s', async (accept, status, type) => {
    const answer = await store(await start(), makeDicom(), { accept });
    expect([answer.status, answer.headers.get('content-type')?.split(';')[0]]).toEqual([status, type]);
  });
});

/** Everything a store request may be refused for, with the reason that is given. */
const REFUSED: readonly (readonly [string, Buffer, RegExp])[] = [
  ['an empty body', Buffer.alloc(0), /DICM/],
  ['a text', Buffer.from('GIF89a'.repeat(50)), /DICM/],
  ['a file cut off in its file meta information', makeDicom().subarray(0, 180), /file meta information/],
  ['a data set without its preamble', makeDicom().subarray(132), /DICM/],
  ['a file without Transfer Syntax UID', withoutTransferSyntax(), /Transfer Syntax UID/],
  ['no Study Instance UID', makeDicom({ omit: ['0020000D'] }), /StudyInstanceUID is missing/],
  ['an empty Series Instance UID', makeDicom({ series: '' }), /SeriesInstanceUID is missing/],
  ['no SOP Instance UID', makeDicom({ omit: ['00080018'] }), /SOPInstanceUID is missing/],
  ['no SOP Class UID', makeDicom({ omit: ['00080016'] }), /SOPClassUID is missing/],
  ['a UID that is a path', makeDicom({ instance: '../../etc/passwd' }), /SOPInstanceUID has characters/],
  ['a UID of 65 characters', makeDicom({ study: '1'.repeat(65) }), /longer than 64/],
];

function withoutTransferSyntax(): Buffer {
  const file = makeDicom();
  const at = file.indexOf(Buffer.from([0x02, 0x00, 0x10, 0x00]));
  file.writeUInt16LE(0x0018, at + 2);
  return file;
}

describe('the healthcare stand-in, storing', () => {
  it.each(REFUSED)('refuses %s', async (_, file, reason) => {
    const answer = await store(await start(), file, JSON_ANSWER);
    expect(answer.status).toBe(409);
    const failed = answer.json() as Record<string, { Value: Record<string, { Value: string[] }>[] }>;
    expect(failed['00081198']?.Value[0]?.['00091097']?.Value[0]).toMatch(reason);
    expect(await fixture?.spooled()).toEqual([]);
  });

  it.each([
    ['takes a UID with letters', makeDicom({ study: 'study_000.0' }), {}],
    [
      'takes an instance without SOP Class UID when told to',
      makeDicom({ omit: ['00080016'] }),
      { sopClassUid: 'optional' },
    ],
  ] as const)('%s', async (_, file, switches) => {
    expect((await store(await start(switches), file)).status).toBe(200);
  });

  it('refuses a UID with letters when told to', async () => {
    const server = await start({ uidGrammar: 'strict' });
    expect((await store(server, makeDicom({ study: '1.2.a' }))).status).toBe(409);
    expect((await store(server, makeDicom({ study: '1.2.3' }))).status).toBe(200);
  });

  it('takes a file that ends within its pixel data, like every file whose UIDs can be read', async () => {
    const server = await start();
    const cut = makeDicom({ pixelBytes: 60_000 }).subarray(0, -50_000);
    expect((await store(server, cut)).status).toBe(200);
    expect((await retrieve(server)).body.equals(cut)).toBe(true);
  });

  it.each([
    ['stored', 200],
    ['conflict', 409],
  ] as const)('answers an identical duplicate as %s when told so', async (identicalDuplicate, status) => {
    const server = await start({ identicalDuplicate });
    await store(server, makeDicom());
    expect((await store(server, makeDicom())).status).toBe(status);
  });

  it('words a conflict at length when told so', async () => {
    const server = await start({ duplicateDetail: 'checksum-mismatch' });
    await store(server, makeDicom());
    expect((await store(server, makeDicom({ patientName: 'Other' }))).text()).toContain(
      '(checksum mismatch)',
    );
  });

  it.each([400, 409] as const)(
    'answers an instance of another study with %d when told so',
    async (otherStudyStatus) => {
      const server = await start({ otherStudyStatus });
      const files = [makeDicom(), makeDicom({ seed: 'stray' })];
      const answer = await server.send(
        'POST',
        `/studies/${tripleOf({}).study}`,
        MULTIPART,
        toMultipart(files),
      );
      expect(answer.status).toBe(otherStudyStatus);
      expect((await retrieve(server)).status).toBe(200);
      expect((await retrieve(server, instancePath(tripleOf({ seed: 'stray' })))).status).toBe(404);
    },
  );

  it('lets one of several parallel stores of one identity win, and stores its bytes', async () => {
    const server = await start();
    const files = [1, 2, 3, 4, 5, 6].map((number) => makeDicom({ patientName: `Racer${number}` }));
    const answers = await Promise.all(files.map((file) => store(server, file)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 409, 409, 409, 409, 409]);
    const winner = files[statuses.indexOf(200)];
    expect((await retrieve(server)).body).toEqual(winner);
  });

  it('stores identical bytes sent in parallel once, and answers all of them as stored', async () => {
    const server = await start();
    const answers = await Promise.all([1, 2, 3, 4].map(() => store(server, makeDicom())));
    expect(answers.map(({ status }: Answer) => status)).toEqual([200, 200, 200, 200]);
    expect((await server.send('GET', '/instances')).json()).toHaveLength(1);
  });

  it('takes deflated data sets, whatever element their first bytes look like', async () => {
    const server = await start();
    // About one in a hundred of them cannot be read as an element at all.
    const files = Array.from({ length: 300 }, (_, number) =>
      makeDicom({
        seed: `deflated ${number}`,
        pixelBytes: number * 100,
        transferSyntax: TRANSFER_SYNTAX.deflatedLittleEndian,
      }),
    );
    const answer = await server.send('POST', '/studies', MULTIPART, toMultipart(files));
    expect(answer.status).toBe(200);
  });

  it('stores hundreds of small instances of one request', async () => {
    const server = await start();
    const files = Array.from({ length: 300 }, (_, number) => makeDicom({ instance: uid('many', number) }));
    const answer = await server.send(
      'POST',
      '/studies',
      { ...MULTIPART, ...JSON_ANSWER },
      toMultipart(files),
    );
    expect(answer.status).toBe(200);
    expect((await server.send('GET', '/instances')).json()).toHaveLength(300);
    expect(await server.spooled()).toEqual([]);
  });

  it.each([
    ['a storage class that exists', { 'storage-class': 'NEARLINE' }, makeDicom(), 200],
    ['a storage class that does not exist', { 'storage-class': 'FROZEN' }, makeDicom(), 400],
    ['a part of another type', MULTIPART, toMultipart([makeDicom()], 'image/png'), 400],
    [
      'a part without the end of its header',
      MULTIPART,
      Buffer.from('--b\r\nContent-Type: x\r\n--b--\r\n'),
      400,
    ],
    [
      'a multipart body of another type',
      { 'content-type': 'multipart/mixed; boundary=b' },
      toMultipart([]),
      400,
    ],
    [
      'JSON metadata with bulk data',
      { 'content-type': 'multipart/related; type="application/dicom+json"; boundary=b' },
      toMultipart([]),
      501,
    ],
  ])('answers %s', async (_, headers, body, status) => {
    const server = await start();
    expect((await store(server, body, headers)).status).toBe(status);
    expect((await server.send('GET', '/instances')).status).toBe(status === 200 ? 200 : 204);
    expect(await server.spooled()).toEqual([]);
  });
});
