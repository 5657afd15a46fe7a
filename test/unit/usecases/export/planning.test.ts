import { describe, expect, it } from '@jest/globals';
import { DeadlineExceededError } from '../../../../src/domain/errors.ts';
import type { DicomSearch } from '../../../../src/ports/dicom-search.ts';
import { failureOf } from '../../../support/blocks.ts';
import { COMMAND, ExportWorld, makeInstances } from '../../../support/export-world.ts';

const fill = (world: ExportWorld, count: number, study = '1.2', attributes = {}): void => {
  for (const uids of makeInstances(count, study))
    world.put(uids, { '00100020': ['A'], '00080060': ['MR'], '00080020': ['20200101'], ...attributes });
};

/** Searches that also find something the archive does not hold. */
const finding = (world: ExportWorld, row: Readonly<Record<string, readonly string[]>>): void => {
  const search: DicomSearch['search'] = world.archive.search.bind(world.archive);
  world.archive.search = async (query, signal) => {
    const found = await search(query, signal);
    return query.offset === 0 ? [row, ...found] : found;
  };
};

describe('a layout', () => {
  it('that gives two instances one name stops the export before anything is written', async () => {
    const world = new ExportWorld();
    fill(world, 3);
    const report = await world.run({ ...COMMAND, layout: '{StudyInstanceUID}.dcm' });
    expect(report).toMatchObject({ final: true, status: 'failed', counts: {}, manifest: null });
    expect(report.problems[0]).toMatch(/The layout gives studies\/1\.2\/.* the name of another object/);
    expect(world.buckets.objects.size).toBe(0);
    expect(world.retrieval.requests).toEqual([]);
  });

  it('is not followed further when it is wrong everywhere', async () => {
    const world = new ExportWorld();
    fill(world, 40);
    const report = await world.run({ ...COMMAND, layout: '{StudyInstanceUID}.dcm' });
    expect(report.problems).toHaveLength(10);
  });

  it('may name by attributes, where no two are the same', async () => {
    const world = new ExportWorld();
    makeInstances(3).forEach((uids, index) =>
      world.put(uids, { '00200013': [String(index)], '00100020': ['A'] }),
    );
    await world.run({ ...COMMAND, layout: '{InstanceNumber}.dcm' });
    expect(world.buckets.names('exports')).toEqual(expect.arrayContaining(['t/0.dcm', 't/1.dcm', 't/2.dcm']));
    const other = new ExportWorld({ settings: { allowIdentifyingNames: true } });
    makeInstances(1).forEach((uids) => other.put(uids, { '00100020': ['A'] }));
    await other.run({ ...COMMAND, layout: '{PatientID}/{SOPInstanceUID}' });
    expect(other.buckets.names('exports')).toContain('t/A/1.2.9.1');
  });
});

describe('a plan', () => {
  it('has no more objects than are allowed', async () => {
    const world = new ExportWorld({ settings: { maxInstances: 5 } });
    fill(world, 6);
    const report = await world.run(COMMAND);
    expect(report).toMatchObject({
      status: 'failed',
      problems: [expect.stringMatching(/MAX_EXPORT_INSTANCES \(5\)/)],
    });
    expect(world.buckets.objects.size).toBe(0);
  });

  it('is made once, however many make it at the same time', async () => {
    const world = new ExportWorld();
    fill(world, 6);
    await Promise.all([world.begin(COMMAND), world.begin(COMMAND), world.begin(COMMAND)]);
    expect(
      [...world.state.documents.keys()].filter((name) => name === 'exports/trial/plan.json'),
    ).toHaveLength(1);
    await world.deliverAll();
    expect(world.report.counts).toEqual({ exported: 6 });
    expect(world.buckets.objects.size).toBe(7);
  });

  it('is published again only as far as it is not done', async () => {
    const world = new ExportWorld();
    fill(world, 9);
    await world.begin(COMMAND);
    const [first] = world.slices.messages.splice(0);
    if (first !== undefined) await world.slice(first);
    await world.begin(COMMAND);
    expect(world.slices.messages.map(({ slice }) => slice)).toEqual([1, 2]);
    await world.deliverAll();
    expect(world.report.counts).toEqual({ exported: 9 });
  });

  it('that takes longer than three deliveries have is given up', async () => {
    const world = new ExportWorld();
    fill(world, 6);
    const timeUp = AbortSignal.abort(new DeadlineExceededError('up'));
    const search = world.archive.search.bind(world.archive);
    world.archive.search = () => Promise.reject(timeUp.reason as Error);
    for (let delivery = 1; delivery <= 3; delivery += 1) {
      expect(await failureOf(world.begin(COMMAND))).toBeInstanceOf(DeadlineExceededError);
    }
    world.archive.search = search;
    await world.begin(COMMAND);
    expect(world.report).toMatchObject({ final: true, status: 'failed' });
    expect(world.report.problems).toEqual([
      'Planning took longer than 3 deliveries have; ask for less at once.',
    ]);
  });

  it('is not made where a search fails for good', async () => {
    const world = new ExportWorld();
    world.archive.search = () => Promise.reject(new TypeError('a mistake'));
    expect(await failureOf(world.begin(COMMAND))).toBeInstanceOf(TypeError);
    expect([...world.state.documents.keys()]).toEqual(['commands/exports/trial.json']);
  });

  it('leaves out what has UIDs that are none, and says so', async () => {
    const world = new ExportWorld();
    fill(world, 1);
    finding(world, { '0020000D': ['1.2'], '0020000E': ['1.2.1'], '00080018': ['../x'] });
    const report = await world.run(COMMAND);
    expect(report.counts).toEqual({ exported: 1 });
    expect(report.problems[0]).toMatch(/1 instances or series have UIDs that are none/);
  });
});

describe('a listing', () => {
  it('goes series by series where a study is more than its search can reach', async () => {
    const world = new ExportWorld({ paging: { pageSize: 2, mostOffset: 4 } });
    fill(world, 12);
    expect((await world.run(COMMAND)).counts).toEqual({ exported: 12 });
  });

  it('says so where a series is more than its search can reach', async () => {
    const world = new ExportWorld({ paging: { pageSize: 1, mostOffset: 1 } });
    fill(world, 3);
    const report = await world.run(COMMAND);
    expect(report).toMatchObject({ status: 'failed' });
    expect(report.problems).toEqual([expect.stringMatching(/more matches than a search can reach/)]);
  });

  it('leaves out series whose UIDs are none', async () => {
    const world = new ExportWorld({ paging: { pageSize: 2, mostOffset: 4 } });
    fill(world, 12);
    const search = world.archive.search.bind(world.archive);
    world.archive.search = async (query, signal) => {
      const found = await search(query, signal);
      return query.level === 'series' && query.offset === 0
        ? [{ '0020000E': ['x'] }, ...found.slice(0, 1)]
        : found;
    };
    const report = await world.run(COMMAND);
    expect(report.problems[0]).toMatch(/have UIDs that are none/);
  });
});

describe('the comparison at the end', () => {
  it('names what has arrived and what has vanished meanwhile, up to as many as a person reads', async () => {
    const world = new ExportWorld({ settings: { sliceInstances: 100 } });
    fill(world, 26);
    await world.begin(COMMAND);
    const slice = world.slices.messages[0];
    const [vanished] = makeInstances(1);
    if (slice === undefined || vanished === undefined) throw new Error('Nothing was planned.');
    // The objects are made, and only then the store changes.
    const createLines = world.state.createLines.bind(world.state);
    world.state.createLines = async (name, lines, signal) => {
      if (name.includes('/parts/')) {
        for (const uids of makeInstances(26).slice(0, 22))
          await world.archive.delete(uids, AbortSignal.timeout(1000));
        for (const uids of makeInstances(24).map((one) => ({ ...one, seriesInstanceUid: '1.2.77' })))
          world.archive.put(uids);
      }
      return createLines(name, lines, signal);
    };
    await world.deliverAll();
    const { problems, status } = world.report;
    expect(status).toBe('complete');
    expect(
      problems.filter((problem) => problem.endsWith('arrived in the store meanwhile and was not exported')),
    ).toHaveLength(21);
    expect(problems.filter((problem) => problem.endsWith('is not in the store any more'))).toHaveLength(21);
    expect(problems).toContain('4 more of which each arrived in the store meanwhile and was not exported');
    expect(problems).toContain('2 more of which each is not in the store any more');
  });

  it('says so where there is too much to be compared', async () => {
    const world = new ExportWorld({ paging: { pageSize: 1, mostOffset: 3 } });
    fill(world, 3);
    await world.begin(COMMAND);
    for (const uids of makeInstances(9).map((one) => ({ ...one, seriesInstanceUid: '1.2.1' })))
      world.archive.put(uids);
    finding(world, { '0020000D': ['x'] });
    await world.deliverAll();
    expect(world.report.problems).toContain('The store has more instances now than a search can reach.');
  });

  it('says so where the manifest has no place', async () => {
    const world = new ExportWorld();
    fill(world, 1);
    world.buckets.put('exports/t/_courier/trial/manifest.jsonl', Buffer.from('mine'));
    const report = await world.run(COMMAND);
    expect(report).toMatchObject({ status: 'complete', manifest: null });
    expect(report.problems).toEqual(['The manifest was not written: another object has its name.']);
  });

  it('tries again where the name of the manifest is taken, and nothing is to be found there', async () => {
    const world = new ExportWorld();
    fill(world, 1);
    const write = world.buckets.write.bind(world.buckets);
    let refusals = 1;
    world.buckets.write = (object, signal) => {
      if (!object.name.endsWith('manifest.jsonl') || refusals === 0) return write(object, signal);
      refusals -= 1;
      return Promise.resolve({ kind: 'exists' });
    };
    const report = await world.run(COMMAND);
    expect(report).toMatchObject({
      status: 'complete',
      manifest: 'gs://exports/t/_courier/trial/manifest.jsonl',
    });
    expect(refusals).toBe(0);
  });

  it('finds the manifest that an earlier delivery has written', async () => {
    const world = new ExportWorld();
    fill(world, 1);
    const create = world.state.create.bind(world.state);
    let fails = 1;
    world.state.create = (name, content, signal) => {
      if (!name.startsWith('reports/') || fails === 0) return create(name, content, signal);
      fails -= 1;
      return Promise.reject(new DeadlineExceededError('up'));
    };
    const report = await world.run(COMMAND);
    expect(report).toMatchObject({
      status: 'complete',
      manifest: 'gs://exports/t/_courier/trial/manifest.jsonl',
    });
  });
});
