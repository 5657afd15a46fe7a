import { describe, expect, it } from '@jest/globals';
import { makeUids } from '../../../support/factories.ts';
import { COMMAND, ExportWorld, makeInstances, manifestOf, nameOf } from '../../../support/export-world.ts';

const MANIFEST = 't/_courier/trial/manifest.jsonl';

describe('an export', () => {
  it('brings every instance into the bucket as it was stored, in slices, with a manifest beside', async () => {
    const world = new ExportWorld();
    const uids = makeInstances(10);
    const bytes = uids.map((one) => world.put(one));
    world.put(makeUids());
    const report = await world.run(COMMAND);
    expect(report).toMatchObject({
      reportId: 'export:trial',
      final: true,
      status: 'complete',
      counts: { exported: 10 },
      targets: [{ study: '1.2', outcome: 'exported', counts: { exported: 10 } }],
      problems: [],
      planned: 10,
      slices: 3,
      manifest: `gs://exports/${MANIFEST}`,
    });
    expect(world.buckets.names('exports')).toEqual([...uids.map(nameOf), MANIFEST].sort());
    for (const [index, one] of uids.entries()) {
      const object = world.buckets.objects.get(`exports/${nameOf(one)}`);
      expect(object?.bytes.equals(bytes[index] ?? Buffer.alloc(0))).toBe(true);
      expect(object?.contentType).toBe('application/dicom');
      expect(object?.metadata).toEqual({
        'dicom-courier': 'export',
        command: 'trial',
        store: 'store',
        study: one.studyInstanceUid,
        series: one.seriesInstanceUid,
        instance: one.sopInstanceUid,
        format: 'original',
        'transfer-syntax': '1.2.840.10008.1.2.1',
      });
    }
    expect(manifestOf(world).map(({ object }) => object)).toEqual(
      expect.arrayContaining(uids.map((one) => `gs://exports/${nameOf(one)}`)),
    );
    expect(world.retrieval.openBodies + world.buckets.openBodies).toBe(0);
  });

  it('says on the way how far it is', async () => {
    const world = new ExportWorld();
    makeInstances(10).forEach((one) => world.put(one));
    await world.run(COMMAND);
    expect(world.reports.map(({ status, slicesDone }) => [status, slicesDone])).toEqual([
      ['running', 0],
      ['running', 1],
      ['running', 2],
      ['complete', 3],
    ]);
  });

  it('makes its final report once, and publishes it once, whatever is delivered again', async () => {
    const world = new ExportWorld();
    makeInstances(6).forEach((one) => world.put(one));
    await world.begin(COMMAND);
    const slices = [...world.slices.messages];
    await world.deliverAll();
    for (const slice of slices) await world.slice(slice);
    await world.begin(COMMAND);
    await world.deliverAll();
    expect(world.reports.filter(({ final }) => final)).toHaveLength(1);
    expect([...world.records.documents.keys()]).toEqual(['audit/exports/2026-01-02/trial.json']);
  });

  it('publishes the final report again where nobody has left word that it was', async () => {
    const world = new ExportWorld();
    world.put({ ...makeUids(), studyInstanceUid: '1.2' });
    await world.begin(COMMAND);
    const [slice] = world.slices.messages;
    await world.deliverAll();
    world.state.documents.delete('exports/trial/published.json');
    if (slice !== undefined) await world.slice(slice);
    const finals = world.reports.filter(({ final }) => final);
    expect(finals).toHaveLength(2);
    expect(finals[0]).toEqual(finals[1]);
  });

  it('takes the id of the message for its own where it has none', async () => {
    const world = new ExportWorld();
    const report = await world.run({ ...COMMAND, id: undefined, targets: [{ study: '9' }] });
    expect(report.reportId).toBe('export:m1');
  });

  it('tells a target that is not there', async () => {
    const world = new ExportWorld();
    makeInstances(1).forEach((one) => world.put(one));
    const targets = [{ study: '1.2' }, { study: '3.4' }, { study: '3.4', series: '5', instance: '6' }];
    const report = await world.run({ ...COMMAND, targets });
    expect(report.status).toBe('partial');
    expect(report.targets.map(({ study, outcome }) => [study, outcome])).toEqual([
      ['1.2', 'exported'],
      // The instance is part of the study, which is named too.
      ['3.4', 'absent'],
    ]);
  });

  it('ends at once where there is nothing at all, with an empty manifest', async () => {
    const world = new ExportWorld();
    const report = await world.run(COMMAND);
    expect(report).toMatchObject({ status: 'failed', counts: {}, targets: [{ outcome: 'absent' }] });
    expect(manifestOf(world)).toEqual([]);
  });

  it('exports an instance once that several targets name', async () => {
    const world = new ExportWorld();
    const [first = makeUids()] = makeInstances(4).map((one) => {
      world.put(one);
      return one;
    });
    const { studyInstanceUid: study, seriesInstanceUid: series, sopInstanceUid: instance } = first;
    const targets = [
      { study, series, instance },
      { study, series },
      { study, series },
    ];
    const report = await world.run({ ...COMMAND, targets });
    expect(report).toMatchObject({ counts: { exported: 3 }, targets: [{ study, series }] });
  });

  it.each([
    ['series', [{ study: '1.2', series: '1.2.2' }], 3],
    ['instance', [{ study: '1.2', series: '1.2.2', instance: '1.2.9.4' }], 1],
  ])('takes a %s by itself', async (_level, targets, count) => {
    const world = new ExportWorld();
    makeInstances(9).forEach((one) => world.put(one));
    expect((await world.run({ ...COMMAND, targets })).counts).toEqual({ exported: count });
  });
});

describe('a message', () => {
  it('is refused with a report where it is no command', async () => {
    const world = new ExportWorld();
    await world.begin({ action: 'export', id: 'x' });
    expect(world.report).toMatchObject({
      id: 'x',
      final: true,
      status: 'failed',
      reportId: 'export:refused:m1',
    });
    expect(world.slices.messages).toEqual([]);
  });

  it('is refused where its id was used for another command', async () => {
    const world = new ExportWorld();
    await world.run(COMMAND);
    await world.begin({ ...COMMAND, layout: '{SOPInstanceUID}' });
    expect(world.report.problems).toEqual(['id: was used before, for a command with another content']);
  });

  it.each([
    ['of an unknown command', { id: 'other', slice: 0 }],
    ['beyond the plan', { id: 'trial', slice: 7 }],
  ])('is refused where it names a slice %s', async (_name, slice) => {
    const world = new ExportWorld();
    makeInstances(2).forEach((one) => world.put(one));
    await world.run(COMMAND);
    await world.slice({ action: 'export-slice', ...slice });
    expect(world.report).toMatchObject({
      status: 'failed',
      problems: ['there is no such slice of any plan'],
    });
    expect(world.report.reportId).toMatch(/^export:refused:/);
  });
});
