import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Storage } from '@google-cloud/storage';
import type { IngestReport } from '../../src/domain/report.ts';
import { describeCorpus, type CorpusFile } from '../support/corpus.ts';
import { LocalStack } from '../support/local-stack.ts';

/** What a file may become: the manifest's expectation in the words of the reports. */
const ALLOWED: Readonly<Record<CorpusFile['expectation'], readonly string[]>> = {
  store: ['stored'],
  reject: ['rejected'],
  'reject-or-store': ['stored', 'rejected'],
};

describeCorpus('every file of the corpus through bucket, event, function and store', (files) => {
  let stack: LocalStack;
  let bucket: ReturnType<Storage['bucket']>;
  let reports: ReadonlyMap<string, IngestReport>;

  beforeAll(async () => {
    stack = await LocalStack.start();
    bucket = new Storage({ apiEndpoint: stack.ready.storage, projectId: stack.ready.project }).bucket(
      'inbox',
    );
    // Files that share a SOP instance UID come one after the other, so that it is known which one is there first.
    const groups = Object.values(Object.groupBy(files, (file) => file.collisionGroup || file.path));
    for (const group of groups) for (const file of group ?? []) await upload(file);
    await stack.reported(files.length, 240_000);
    reports = new Map([...stack.outcomes().values()].map((report) => [report.object?.name ?? '', report]));
    process.stderr.write(`${table(files, reports)}\n`);
  }, 300_000);

  afterAll(() => stack.stop());

  const upload = (file: CorpusFile): Promise<void> =>
    bucket.file(file.path).save(file.read(), { resumable: false, validation: false });

  const storedAs = async ({ instances }: IngestReport): Promise<Buffer> => {
    const [{ study, series, instance } = { study: '', series: '', instance: '' }] = instances;
    const answer = await stack.dicomWeb(`studies/${study}/series/${series}/instances/${instance}`);
    expect(answer.status).toBe(200);
    return Buffer.from(await answer.arrayBuffer());
  };

  it('reports on every file, once', () => {
    expect(reports.size).toBe(files.length);
    expect(stack.reports).toHaveLength(files.length);
  });

  it.each(files.filter((file) => file.collisionGroup === '').map((file) => [file.path, file] as const))(
    'gives %s the outcome that its manifest expects',
    async (path, file) => {
      const report = reports.get(path);
      expect(ALLOWED[file.expectation]).toContain(report?.outcome);
      if (report?.outcome === 'stored') expect((await storedAs(report)).equals(file.read())).toBe(true);
      if (report?.outcome === 'rejected') await expectInQuarantine(report);
    },
  );

  const colliding = Object.entries(Object.groupBy(files, (file) => file.collisionGroup)).filter(
    ([group]) => group !== '',
  );

  it.each(colliding)(
    'keeps one of the files of collision group %s, and sets the others aside',
    async (_, group = []) => {
      const byTriple = Object.groupBy(
        group
          .map((file) => ({ file, report: reports.get(file.path) }))
          .filter(({ report }) => report?.instances.length === 1),
        ({ report }) =>
          JSON.stringify([
            report?.instances[0]?.study,
            report?.instances[0]?.series,
            report?.instances[0]?.instance,
          ]),
      );
      for (const members of Object.values(byTriple)) {
        const outcomes = members?.map(({ report }) => report?.outcome) ?? [];
        expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(1);
        expect(
          outcomes.every((outcome) => ['stored', 'already-stored', 'conflict'].includes(outcome ?? '')),
        ).toBe(true);
        const kept = members?.find(({ report }) => report?.outcome === 'stored');
        if (kept?.report !== undefined)
          expect((await storedAs(kept.report)).equals(kept.file.read())).toBe(true);
      }
      for (const file of group) {
        const report = reports.get(file.path);
        if (report?.outcome === 'conflict' || report?.outcome === 'rejected')
          await expectInQuarantine(report);
      }
    },
  );

  const expectInQuarantine = async (report: IngestReport): Promise<void> => {
    const quarantine = new Storage({
      apiEndpoint: stack.ready.storage,
      projectId: stack.ready.project,
    }).bucket('quarantine');
    const hash = report.reportId.replace('ingest:', '');
    const [metadata] = await quarantine.file(`${report.reason ?? ''}/${hash}`).getMetadata();
    expect(metadata.metadata).toMatchObject({ 'source-name': report.object?.name, reason: report.reason });
  };
});

/** How many files of each expectation came to which outcome and reason. */
function table(files: readonly CorpusFile[], reports: ReadonlyMap<string, IngestReport>): string {
  const rows = Object.groupBy(files, (file) => {
    const report = reports.get(file.path);
    return [file.expectation, report?.outcome ?? 'no report', report?.reason ?? ''].join('  ').trimEnd();
  });
  return Object.entries(rows)
    .map(([row, members]) => `${String(members?.length ?? 0).padStart(5)}  ${row}`)
    .sort((a, b) => a.slice(7).localeCompare(b.slice(7)))
    .join('\n');
}
