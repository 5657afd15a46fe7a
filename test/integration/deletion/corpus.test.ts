import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { DeletionReport } from '../../../src/domain/deletion/deletion-report.ts';
import type { IngestReport } from '../../../src/domain/report.ts';
import { describeCorpus, type CorpusFile } from '../../support/corpus.ts';
import { LocalProject } from '../../support/local-project.ts';
import { StandInStore } from '../../support/stand-in-store.ts';
import { WiredDelete } from '../../support/wired-delete.ts';
import { WiredIngest } from '../../support/wired-ingest.ts';

const SERIES = 30;
const AT_ONCE = 4;
const ID = 'erase-the-first';

const seriesOf = ({ studyInstanceUid, seriesInstanceUid }: CorpusFile): string =>
  `${studyInstanceUid}/${seriesInstanceUid}`;
const nameOf = (file: CorpusFile): string => `${seriesOf(file)}/${file.sopInstanceUid}`;

describeCorpus('thirty real series that are deleted while others are ingested', (files) => {
  const sound = files.filter((file) => file.expectation === 'store' && file.collisionGroup === '');
  // In the order of their UIDs, so that the series of one study are on both sides.
  const bySeries = Object.entries(Object.groupBy(sound, seriesOf)).sort(([a], [b]) => (a < b ? -1 : 1));
  const first = bySeries.filter((_, index) => index % 2 === 0).slice(0, SERIES);
  const others = bySeries.filter((_, index) => index % 2 === 1).slice(0, SERIES);
  const filesOf = (series: typeof bySeries): CorpusFile[] => series.flatMap(([, members = []]) => members);

  let project: LocalProject;
  let store: StandInStore;
  let afterFirst: string[];
  let report: DeletionReport | undefined;
  let finals: number;
  let reports: IngestReport[];
  let remover: WiredDelete;

  beforeAll(async () => {
    project = await LocalProject.start({ operationLengthMs: 100 });
    store = new StandInStore(project.environment);
    const ingest = new WiredIngest(project.environment);
    await ingestAll(filesOf(first), ingest);
    afterFirst = await store.uids();

    remover = new WiredDelete(project);
    const targets = first.map(([name]) => {
      const [study = '', series = ''] = name.split('/');
      return { study, series };
    });
    const expected = { instances: filesOf(first).length };
    expect(await remover.publish({ action: 'delete', id: ID, targets, expect: expected })).toBe(204);
    const [settled] = await Promise.all([remover.settle(), ingestAll(filesOf(others), ingest)]);
    finals = settled.length;
    [report] = settled;
    reports = await project.takeReports();
  }, 240_000);

  afterAll(() => project.close());

  /** A few at a time, each until it is acknowledged. */
  const ingestAll = async (some: readonly CorpusFile[], ingest: WiredIngest): Promise<void> => {
    const queue = some.values();
    const carry = async (): Promise<void> => {
      for (const file of queue) {
        const { push } = await project.drop(file.path, file.read());
        let status = await ingest.deliver(push);
        while (status !== 204) status = await ingest.deliver(push);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, carry));
  };

  it('has as many series on either side', () => {
    expect([first.length, others.length]).toEqual([SERIES, SERIES]);
    expect(afterFirst).toEqual(filesOf(first).map(nameOf).sort());
  });

  it('leaves exactly the others in the store, byte for byte', async () => {
    expect(await store.uids()).toEqual(filesOf(others).map(nameOf).sort());
    for (const file of filesOf(others)) {
      const { studyInstanceUid: study, seriesInstanceUid: series, sopInstanceUid: instance } = file;
      expect((await project.stored({ study, series, instance }))?.equals(file.read())).toBe(true);
    }
  });

  it('publishes one report for each object, and each says stored', () => {
    const expected = [...filesOf(first), ...filesOf(others)].map(({ path }) => `${path} stored`);
    expect(reports.map(({ object, outcome }) => `${object?.name ?? ''} ${outcome}`).sort()).toEqual(
      expected.sort(),
    );
  });

  it('publishes one final report of the deletion, and it is true', () => {
    expect(finals).toBe(1);
    expect(report).toMatchObject({
      id: ID,
      status: 'complete',
      counts: { deleted: filesOf(first).length },
      operations: SERIES,
      targetCount: SERIES,
      problems: [],
    });
    const deleted = report?.targets.map(({ study, series, outcome, counts }) => [
      `${study}/${series ?? ''}`,
      outcome,
      counts,
    ]);
    expect(deleted).toEqual(
      first.map(([name, members = []]) => [name, 'deleted', { deleted: members.length }]),
    );
  });

  it('leaves nothing behind in state but what is to be remembered', async () => {
    const names = await project.names('state');
    expect(names.filter((name) => /^deleting\/(open|queue|results)\//.test(name))).toEqual([]);
    const audits = await project.names('records');
    expect(audits.filter((name) => name.startsWith('audit/deletions/'))).toEqual([
      expect.stringContaining(ID),
    ]);
  });
});
