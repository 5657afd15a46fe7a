import { describe, expect, it } from '@jest/globals';
import { failureOf } from '../../../support/blocks.ts';
import { COMMAND, ExportWorld, makeInstances, nameOf } from '../../../support/export-world.ts';

const QUERY = { ...COMMAND, targets: undefined, query: { PatientID: 'A' } };

const fill = (world: ExportWorld, count: number, study = '1.2', attributes = {}): void => {
  for (const uids of makeInstances(count, study))
    world.put(uids, { '00100020': ['A'], '00080060': ['MR'], '00080020': ['20200101'], ...attributes });
};

describe('a query', () => {
  it('finds studies, and each of their instances', async () => {
    const world = new ExportWorld();
    fill(world, 4);
    fill(world, 4, '1.3');
    fill(world, 4, '1.4', { '00100020': ['B'] });
    const report = await world.run(QUERY);
    expect(report).toMatchObject({ status: 'complete', counts: { exported: 8 } });
    expect(report.targets.map(({ study }) => study).sort()).toEqual(['1.2', '1.3']);
  });

  it('finds series where it asks for what a series has', async () => {
    const world = new ExportWorld();
    fill(world, 3);
    makeInstances(6)
      .slice(3)
      .forEach((uids) => world.put(uids, { '00100020': ['A'], '00080060': ['CT'] }));
    const report = await world.run({ ...QUERY, query: { PatientID: 'A', Modality: 'CT' } });
    expect(report.targets).toMatchObject([{ study: '1.2', series: '1.2.2' }]);
    expect(report.counts).toEqual({ exported: 3 });
  });

  it('that finds nothing is complete', async () => {
    const world = new ExportWorld();
    const report = await world.run(QUERY);
    expect(report).toMatchObject({ status: 'complete', counts: {}, problems: ['The query finds nothing.'] });
  });

  it('never brings another patient’s instance out of a study that it finds', async () => {
    const world = new ExportWorld();
    const [own, other] = makeInstances(2);
    if (own === undefined || other === undefined) throw new Error('There should be two.');
    world.put(own, { '00100020': ['A'] });
    world.put(other, { '00100020': ['B'] });
    const report = await world.run(QUERY);
    expect(report.counts).toEqual({ exported: 1 });
    expect(report.problems[0]).toMatch(
      /1 instances belong to what the query finds and do not match it themselves/,
    );
    expect(world.buckets.names('exports')).not.toContain(nameOf(other));
  });

  it('looks at the instance itself, where searches answer with what its study has', async () => {
    const world = new ExportWorld();
    const [own, other, name, plain] = makeInstances(4);
    if (own === undefined || other === undefined || name === undefined || plain === undefined)
      throw new Error('There should be four.');
    for (const uids of [own, other, name, plain])
      world.put(uids, { '00100020': ['A'], '00100010': ['Doe^Jane'] });
    const json = (value: object): Buffer => Buffer.from(JSON.stringify(value));
    const original = world.put(own, { '00100020': ['A'], '00100010': ['Doe^Jane'] });
    const patient = (id: unknown): object => ({ '00100020': { Value: [id] } });
    const named = { ...patient('A'), '00100010': { Value: [{ Alphabetic: 'Doe^Jane' }] } };
    world.retrieval.put(own, { original, metadata: json([named]) });
    world.retrieval.put(name, { original, metadata: json(named) });
    world.retrieval.put(other, { original, metadata: json([{ ...named, ...patient('B') }]) });
    world.retrieval.put(plain, {
      original,
      metadata: json([{ ...named, ...patient(null), '00200013': {} }]),
    });
    const report = await world.run({ ...QUERY, query: { PatientID: 'A', PatientName: 'Doe^Jane' } });
    expect(report).toMatchObject({ status: 'complete', counts: { exported: 2, excluded: 2 } });
    expect(world.buckets.names('exports')).not.toContain(nameOf(other));
  });

  it('leaves out what the store cannot tell the owner of', async () => {
    const world = new ExportWorld();
    const [refused, absent] = makeInstances(2);
    if (refused === undefined || absent === undefined) throw new Error('There should be two.');
    for (const uids of [refused, absent]) world.put(uids, { '00100020': ['A'] });
    world.retrieval.put(refused, {});
    await world.begin(QUERY);
    world.retrieval.remove(absent);
    await world.archive.delete(absent, AbortSignal.timeout(1000));
    await world.deliverAll();
    expect(world.report.counts).toEqual({ excluded: 1, absent: 1 });
  });

  it.each([
    ['no JSON', Buffer.from('<html>')],
    ['no data set', Buffer.from('[]')],
    ['without end', Buffer.alloc(9 * 1024 * 1024, 'x')],
  ])('is not satisfied by metadata that are %s', async (_name, metadata) => {
    const world = new ExportWorld({ policy: { maxAttempts: 1 } });
    const [one] = makeInstances(1);
    if (one === undefined) throw new Error('There should be one.');
    world.put(one, { '00100020': ['A'] });
    world.retrieval.put(one, { metadata });
    await world.begin(QUERY);
    const [slice] = world.slices.messages;
    if (slice === undefined) throw new Error('Nothing was planned.');
    expect(await failureOf(world.slice(slice))).toMatchObject({ code: 'malformed-answer' });
    expect(world.retrieval.openBodies).toBe(0);
  });

  it('is asked by halves of its dates where it finds more than a search can reach', async () => {
    const world = new ExportWorld({ paging: { pageSize: 2, mostOffset: 3 } });
    const days = ['20200101', '20200102', '20200103', '20200104', '20200105', '20200106'];
    days.forEach((day, index) => fill(world, 1, `1.${index + 2}`, { '00080020': [day] }));
    const query = { PatientID: 'A', StudyDate: '20200101-20200106' };
    const report = await world.run({ ...QUERY, query });
    expect(report).toMatchObject({ status: 'complete', counts: { exported: 6 } });
    expect(report.targets).toHaveLength(6);
  });

  it('is refused where it finds more than a search can reach, and has no dates to be halved', async () => {
    const world = new ExportWorld({ paging: { pageSize: 2, mostOffset: 3 } });
    for (let study = 2; study < 9; study += 1) fill(world, 1, `1.${study}`);
    const report = await world.run(QUERY);
    expect(report.problems[0]).toMatch(/more matches than a search can reach/);
  });

  it('passes over hits whose UIDs are none, or that come twice', async () => {
    const world = new ExportWorld();
    fill(world, 2);
    const search = world.archive.search.bind(world.archive);
    world.archive.search = async (query, signal) => {
      const found = await search(query, signal);
      return query.level === 'studies'
        ? [...found, ...found, ...found.map(() => ({ '0020000D': ['x'] }))]
        : found;
    };
    expect((await world.run(QUERY)).counts).toEqual({ exported: 2 });
  });

  it('lists no more targets in its report than a person reads', async () => {
    const world = new ExportWorld({
      paging: { pageSize: 1000, mostOffset: 10_000 },
      settings: { maxInstances: 2000, sliceInstances: 2000 },
    });
    for (let study = 1; study <= 1002; study += 1) fill(world, 1, `1.${study}`);
    const report = await world.run(QUERY);
    expect(report.counts).toEqual({ exported: 1002 });
    expect(report.targets).toHaveLength(1000);
    expect(report.problems).toContain('Only the first 1000 of 1002 targets are listed.');
  }, 30_000);
});
