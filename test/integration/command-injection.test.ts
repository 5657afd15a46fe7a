import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LocalProject } from '../support/local-project.ts';
import { projectRights } from '../support/rights.ts';
import { StandInStore } from '../support/stand-in-store.ts';
import { makeDicom, tripleOf } from '../support/synthetic-dicom.ts';
import { WiredDelete } from '../support/wired-delete.ts';
import { WiredExport } from '../support/wired-export.ts';

const SEED = 'injection';
const { study, series, instance } = tripleOf({ seed: SEED });
const DESTINATION = 'gs://exports/trials/';
/** Belongs to somebody else, and is to be what it was after everything here. */
const FOREIGN = [
  ['exports', 'trials/_courier/other/manifest.jsonl'],
  ['exports', 'trials-evil/kept.dcm'],
  ['state', 'exports/other/plan.json'],
  ['state', 'commands/deletions/other.json'],
  ['state', 'deleting/lease.json.kept'],
  ['records', 'audit/exports/2026-01-01/other.json'],
] as const;

const DESTINATIONS: readonly string[] = [
  'gs://exports/../state/',
  'gs://exports/trials/../../state/',
  'gs://exports/trials/./',
  'gs://exports/trials//',
  'gs://exports/trials//x/',
  'gs://exports/trials',
  'gs://exports/trial/',
  'gs://exports/trials-evil/',
  'gs://exports/',
  'gs://exports//trials/',
  'gs://exports-evil/trials/',
  'gs://Exports/trials/',
  'gs://ехports/trials/',
  'gs://exports\u2215trials/',
  'gs://exports\u0000/trials/',
  'gs://exports@state/trials/',
  'gs://exports:443/trials/',
  'gs://exports/trials%2F/',
  'gs://exports/tr\u0131als/',
  'gs://exports/trials\\..\\..\\state/',
  'gs://exports/trials/\n/',
  'gs://exports/trials/\u202e/',
  'gs://exports/trials/#/',
  'gs://exports/trials/?x=1/',
  'gs://state/',
  'gs://records/audit/',
  'GS://exports/trials/',
  ' gs://exports/trials/',
  'file:///etc/',
  'https://exports/trials/',
  '',
];

const LAYOUTS: readonly string[] = [
  '../{SOPInstanceUID}',
  'a/../../{SOPInstanceUID}',
  '/{SOPInstanceUID}',
  'a//{SOPInstanceUID}',
  '_courier/other/{SOPInstanceUID}',
  '_courier/{SOPInstanceUID}/manifest.jsonl',
  '{SOPInstanceUID}/../_courier/other/manifest.jsonl',
  './_courier/other/{SOPInstanceUID}',
  '{{SOPInstanceUID}}',
  '{'.repeat(500),
  '{{{{{SOPInstanceUID}}}}}',
  '{__proto__}/{SOPInstanceUID}',
  '{constructor}/{SOPInstanceUID}',
  '{PixelData}',
  '{SOPInstanceUID',
  '{SOPInstanceUID}\u0000.dcm',
  '{SOPInstanceUID}\r\nx',
  '{SOPInstanceUID}\ud800',
  'same.dcm',
  '',
  'x'.repeat(1_000_000),
  '{SOPInstanceUID}'.repeat(60_000),
];

const IDS: readonly unknown[] = [
  '../other',
  '../../commands/deletions/other',
  'other/plan',
  'other%2Fplan',
  '.',
  '..',
  '__proto__',
  '.hidden',
  '-x',
  'a\u0000b',
  'a\nb',
  'ａ',
  'other\u200b',
  'x'.repeat(129),
  'x'.repeat(1_000_000),
  '',
  7,
  null,
  {},
  ['other'],
];

let project: LocalProject;
let exporter: WiredExport;

beforeAll(async () => {
  project = await LocalProject.start({}, projectRights({ destination: DESTINATION }));
  await new StandInStore(project.environment).put(makeDicom({ seed: SEED, modality: '../../..' }));
  for (const [bucket, name] of FOREIGN) await project.put(bucket, name, 'untouched');
  exporter = new WiredExport(project, await WiredExport.subscribe(project), {
    EXPORT_DESTINATIONS: DESTINATION,
  });
});
afterAll(() => project.close());

const command = (changes: object): object => ({
  action: 'export',
  id: 'honest',
  targets: [{ study }],
  destination: DESTINATION,
  ...changes,
});

async function snapshot(): Promise<string[]> {
  const buckets = ['inbox', 'exports', 'state', 'records', 'quarantine'] as const;
  const lists = await Promise.all(
    buckets.map(async (bucket) => (await project.names(bucket)).map((name) => `${bucket}/${name}`)),
  );
  return lists.flat();
}

async function expectForeignUntouched(): Promise<void> {
  for (const [bucket, name] of FOREIGN)
    expect([name, (await project.read(bucket, name)).toString()]).toEqual([name, 'untouched']);
}

/** Refused in a report that quotes nothing, and without a trace in any bucket. */
async function expectRefused(field: string, content: object): Promise<void> {
  const before = await snapshot();
  expect(await exporter.receive({ messageId: 'hostile', content })).toBe(204);
  const [report, ...others] = await exporter.takeFinalReports();
  expect(others).toEqual([]);
  expect(report).toMatchObject({ status: 'failed', reportId: 'export:refused:hostile', counts: {} });
  expect(report?.problems.join('\n')).toMatch(new RegExp(`^${field}: `, 'm'));
  expect(JSON.stringify(report).length).toBeLessThan(2000);
  expect(await exporter.takeSlices()).toEqual([]);
  expect(await snapshot()).toEqual(before);
}

const shown = <T>(values: readonly T[]): [string, T][] =>
  values.map((value) => [JSON.stringify(value).slice(0, 60), value]);

describe('a command to export', () => {
  it.each(shown(DESTINATIONS))('is refused for the destination %s', async (_text, destination) => {
    await expectRefused('destination', command({ destination }));
  });

  it('is refused for a destination that is longer than any name', async () => {
    await expectRefused('layout', command({ destination: `gs://exports/trials/${'a/'.repeat(500_000)}` }));
  });

  it.each(shown(LAYOUTS))('is refused for the layout %s', async (_text, layout) => {
    await expectRefused('layout', command({ layout }));
  });

  it.each(shown(IDS))('is refused for the id %s', async (_text, id) => {
    await expectRefused('id', command({ id }));
  });

  it('writes below its destination whatever stands in the files', async () => {
    const content = command({ id: 'steps', layout: '{Modality}/{SOPInstanceUID}.dcm' });
    const before = await snapshot();
    await exporter.settle([{ messageId: 'steps', content }]);
    expect(await exporter.takeFinalReports()).toMatchObject([
      { status: 'complete', counts: { exported: 1 } },
    ]);
    const added = (await snapshot()).filter((name) => !before.includes(name));
    expect(added.filter((name) => name.startsWith('exports/'))).toEqual([
      `exports/trials/_._.._../${instance}.dcm`,
      'exports/trials/_courier/steps/manifest.jsonl',
    ]);
    await expectForeignUntouched();
  });

  it('gets no second meaning for its id', async () => {
    await exporter.settle([{ messageId: 'first', content: command({ id: 'once' }) }]);
    await exporter.takeFinalReports();
    const other = command({ id: 'once', targets: [{ study, series }] });
    const before = await snapshot();
    await exporter.settle([{ messageId: 'second', content: other }]);
    expect(await exporter.takeFinalReports()).toMatchObject([
      { status: 'failed', reportId: 'export:refused:second', problems: [expect.stringMatching(/^id: /)] },
    ]);
    expect(await snapshot()).toEqual(before);
  });

  it('is another one where its id differs in case, period or hyphen alone', async () => {
    const ids = ['twin-1', 'Twin-1', 'twin.1', 'twin_1', 'twin-1.'];
    for (const id of ids) await exporter.settle([{ messageId: id, content: command({ id }) }]);
    const reports = await exporter.takeFinalReports();
    expect(reports.map(({ id, status }) => [id, status])).toEqual(ids.map((id) => [id, 'complete']));
    await expectForeignUntouched();
  });

  it.each([
    ['of no plan', { id: 'no-such-plan', slice: 0 }],
    ['behind the last one', { id: 'once', slice: 1 }],
    ['of a huge number', { id: 'once', slice: Number.MAX_SAFE_INTEGER }],
    ['of a negative number', { id: 'once', slice: -1 }],
    ['of half a number', { id: 'once', slice: 0.5 }],
    ['of a text', { id: 'once', slice: '0' }],
    ['outside of the prefix', { id: '../other', slice: 0 }],
    ['with a token of its own', { id: 'once', slice: 0, token: '../other' }],
    ['with a destination of its own', { id: 'once', slice: 0, destination: 'gs://state/' }],
  ])('has no forged slice: %s', async (_what, fields) => {
    const before = await snapshot();
    const content = { action: 'export-slice', ...fields };
    expect(await exporter.receive({ messageId: 'forged', content })).toBe(204);
    expect(await exporter.takeFinalReports()).toMatchObject([
      { status: 'failed', reportId: 'export:refused:forged' },
    ]);
    expect(await snapshot()).toEqual(before);
  });
});

describe('a command to delete', () => {
  const HOSTILE: readonly (readonly [string, object])[] = [
    ...shown(IDS).map(([text, id]) => [`the id ${text}`, { id }] as const),
    ...shown(['../other', '1/2', '', '*', '1.2\n', '1.2.%2e', '٣', '1'.repeat(65), 7, null, {}]).map(
      ([text, uid]) => [`the study ${text}`, { targets: [{ study: uid }] }] as const,
    ),
    ['a series without its study', { targets: [{ series }] }],
    ['an instance without its series', { targets: [{ study, instance }] }],
    ['a hold of its own', { hold: false }],
    ['more targets than it may have', { targets: Array.from({ length: 10_001 }, () => ({ study })) }],
  ];

  it.each(HOSTILE)('is refused for %s, and leaves no trace', async (_what, changes) => {
    const worker = new WiredDelete(project);
    const before = await snapshot();
    const content = { action: 'delete', id: 'honest', targets: [{ study }], ...changes };
    expect(await worker.publish(content, 'hostile')).toBe(204);
    const reports = await worker.takeFinalReports();
    expect(reports).toMatchObject([{ status: 'failed', reportId: 'delete:refused:hostile' }]);
    expect(JSON.stringify(reports).length).toBeLessThan(5000);
    expect(await snapshot()).toEqual(before);
    expect(await new StandInStore(project.environment).uids()).toHaveLength(1);
    await expectForeignUntouched();
  });

  it.each([
    ['a lease', { lease: { holder: 'me', until: 9e15 } }],
    ['an id', { id: '../other' }],
    ['targets', { targets: [{ study }] }],
  ])('does not come with a tick that has %s', async (_what, fields) => {
    const worker = new WiredDelete(project);
    const before = await snapshot();
    expect(await worker.publish({ action: 'tick', ...fields }, 'forged')).toBe(204);
    expect(await worker.takeFinalReports()).toMatchObject([{ status: 'failed' }]);
    expect(await snapshot()).toEqual(before);
  });
});
