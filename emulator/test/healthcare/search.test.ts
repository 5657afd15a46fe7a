import { afterEach, describe, expect, it } from '@jest/globals';
import { makeDicom, tripleOf, uid } from '../../../test/support/synthetic-dicom.ts';
import { MULTIPART, startFixture, store, toMultipart, type Fixture } from './fixture.ts';

type Row = Record<string, { vr: string; Value?: unknown[] }>;

let fixture: Fixture | undefined;
async function start(...args: Parameters<typeof startFixture>): Promise<Fixture> {
  fixture = await startFixture(...args);
  return fixture;
}
afterEach(() => fixture?.close());

async function rowsOf(from: Fixture, path: string): Promise<Row[]> {
  const answer = await from.send('GET', path);
  return answer.status === 204 ? [] : (answer.json() as Row[]);
}

/** Tags of both levels that a search might return by mistake. */
const FILE = makeDicom({
  elements: [
    { tag: '00080201', vr: 'SH', value: '+0100' },
    { tag: '00280008', vr: 'IS', value: '1' },
    { tag: '00400244', vr: 'DA', value: '20240301' },
    { tag: '00400275', vr: 'SQ', value: [[{ tag: '00401001', vr: 'SH', value: 'RP-1' }]] },
  ],
});

describe('a search of the healthcare stand-in', () => {
  it.each([
    [
      'studies',
      '00080005 00080020 00080030 00080050 00080056 00080090 00080201 00100010 00100020 00100030 00100040 0020000D 00200010',
    ],
    ['series', '00080005 00080060 00080201 0008103E 0020000E 00400244 00400275'],
    [
      'instances',
      '00080005 00080016 00080018 00080056 00080201 00200013 00280008 00280010 00280011 00280100',
    ],
  ])('returns of %s exactly the documented attributes that they have', async (collection, tags) => {
    const server = await start();
    await store(server, FILE);
    const [row = {}] = await rowsOf(server, `/${collection}`);
    expect(Object.keys(row).join(' ')).toBe(tags);
    await server.restart();
    expect(await rowsOf(server, `/${collection}`)).toEqual([row]);
  });

  it.each([
    ['no attribute of series', 'studies', '00080060', undefined],
    ['what is counted over series', 'studies', 'ModalitiesInStudy', 'OT'],
    ['what is counted over the instances of a study', 'studies', 'NumberOfStudyRelatedInstances', 1],
    ['what is counted over the instances of a series', 'series', 'NumberOfSeriesRelatedInstances', 1],
    ['several fields, by tag and by keyword', 'series', '0020000D,SeriesNumber', 1],
    ['an attribute of studies', 'instances', 'PatientID', 'P-1'],
    ['an attribute that is only in the file', 'instances', '00280004', 'MONOCHROME2'],
    ['all attributes', 'instances', 'all', 'MONOCHROME2'],
  ])('returns %s when %s include %s', async (_, collection, field, wanted) => {
    const server = await start();
    await store(server, FILE);
    const [row = {}] = await rowsOf(server, `/${collection}?includefield=${field}`);
    const values = Object.values(row).flatMap(({ Value }) => Value?.[0]);
    if (wanted === undefined) expect(values).not.toContain('OT');
    else expect(values).toContain(wanted);
  });

  it('answers an empty result as told', async () => {
    const silent = await (await start()).send('GET', '/studies');
    expect([silent.status, silent.text()]).toEqual([204, '']);
    await fixture?.close();
    const spoken = await (await start({ emptySearch: 'empty-list' })).send('GET', '/studies');
    expect([spoken.status, spoken.json()]).toEqual([200, []]);
  });

  it.each([
    '/studies?SOPClassUID=1.2',
    '/studies?Modality=CT',
    '/series?SOPInstanceUID=1.2',
    '/instances?InstanceNumber=1',
    '/studies?PatientID=1&PatientID=2',
    '/studies?StudyDate=yesterday',
    '/studies?StudyDate=2024010120240102',
    '/studies?limit=-1',
    '/studies?limit=ten',
    '/studies?offset=1.5',
    '/studies?includefield=NoSuchKeyword',
    '/instances?includefield=AvailableTransferSyntaxUID',
    '/instances?includefield=00083002',
  ])('refuses %s in plain text', async (path) => {
    const answer = await (await start()).send('GET', path);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'text/plain; charset=utf-8']);
  });

  it('overlooks the parameters that every Google API has', async () => {
    const server = await start();
    await store(server, FILE);
    expect(await rowsOf(server, '/studies?alt=json&prettyPrint=false&%24.xgafv=2')).toHaveLength(1);
  });

  it.each([
    ['sam', 1],
    ['SYN sam', 1],
    ['Syn^S', 1],
    ['thetic', 0],
    ['syn other', 0],
  ])('with fuzzymatching finds the words of %s at the beginning of names: %d', async (name, count) => {
    const server = await start();
    await store(server, FILE);
    const query = `PatientName=${encodeURIComponent(name)}`;
    expect(await rowsOf(server, `/studies?fuzzymatching=true&${query}`)).toHaveLength(count);
    expect(await rowsOf(server, `/studies?${query}`)).toHaveLength(0);
  });

  it("lists in an order that is nobody's, and the same after a restart", async () => {
    const server = await start();
    const numbers = Array.from({ length: 40 }, (_, number) => number);
    const files = numbers.map((number) =>
      makeDicom({ instance: `1.2.${1000 + number}`, instanceNumber: number }),
    );
    await server.send('POST', '/studies', MULTIPART, toMultipart(files));
    const order = async () => (await rowsOf(server, '/instances')).map((row) => row['00200013']?.Value?.[0]);
    const listed = await order();
    expect(listed.toSorted((a, b) => Number(a) - Number(b))).toEqual(numbers);
    expect(listed).not.toEqual(numbers);
    expect(listed).not.toEqual(numbers.toReversed());
    await server.restart();
    expect(await order()).toEqual(listed);
  });

  it('finds one SOP Instance UID in two series twice', async () => {
    const server = await start();
    const instance = uid('twice');
    const files = [1, 2].map((number) => makeDicom({ instance, series: uid('series', number) }));
    await server.send('POST', '/studies', MULTIPART, toMultipart(files));
    expect(await rowsOf(server, `/instances?SOPInstanceUID=${instance}`)).toHaveLength(2);
    const { study } = tripleOf({});
    expect(await rowsOf(server, `/studies/${study}/series/${uid('series', 2)}/instances`)).toHaveLength(1);
  });
});
