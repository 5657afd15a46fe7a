import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describeCorpus, type CorpusFile } from '../support/corpus.ts';
import { LocalStack } from '../support/local-stack.ts';

describeCorpus('fifty real files through drop folder, bucket, event and function', (files) => {
  const chosen = files
    .filter((file) => file.expectation === 'store' && file.collisionGroup === '')
    .slice(0, 50);
  let stack: LocalStack;

  beforeAll(async () => {
    stack = await LocalStack.start();
    for (const file of chosen) drop(file, stack);
    await stack.reported(chosen.length);
  }, 120_000);

  afterAll(() => stack.stop());

  it('publishes one report for each, and each says stored', () => {
    const reports = [...stack.outcomes().values()];
    expect(reports.map((report) => report.object?.name).sort()).toEqual(
      chosen.map((file) => file.path).sort(),
    );
    expect(new Set(reports.map((report) => report.outcome))).toEqual(new Set(['stored']));
    expect(stack.reports).toHaveLength(chosen.length);
  });

  it.each(chosen.map((file) => [file.path, file] as const))(
    'gives back %s byte for byte',
    async (_, file) => {
      const { studyInstanceUid: study, seriesInstanceUid: series, sopInstanceUid: instance } = file;
      const answer = await stack.dicomWeb(`studies/${study}/series/${series}/instances/${instance}`);
      expect(answer.status).toBe(200);
      expect(Buffer.from(await answer.arrayBuffer()).equals(file.read())).toBe(true);
    },
  );
});

/** As a copy arrives: under another name first, so that the folder never shows half a file. */
function drop(file: CorpusFile, stack: LocalStack): void {
  const target = join(stack.ready.drop, file.path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(`${target}.part`, file.read());
  renameSync(`${target}.part`, target);
}
