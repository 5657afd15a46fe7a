import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TargetFields } from '../../src/domain/dicom/target.ts';
import type { ExportReport } from '../../src/usecases/export/finish-export.ts';
import { describeCorpus, type CorpusFile } from '../support/corpus.ts';
import { ExportStack } from '../support/export-stack.ts';

/** As many file names as fit on a command line. */
const FILES_AT_ONCE = 200;

const keyOf = (file: CorpusFile): string =>
  `${file.studyInstanceUid}/${file.seriesInstanceUid}/${file.sopInstanceUid}`;

const LEVELS: Readonly<Record<string, (file: CorpusFile) => TargetFields>> = {
  study: ({ studyInstanceUid: study }) => ({ study }),
  series: ({ studyInstanceUid: study, seriesInstanceUid: series }) => ({ study, series }),
  instance: ({ studyInstanceUid: study, seriesInstanceUid: series, sopInstanceUid: instance }) => ({
    study,
    series,
    instance,
  }),
};

describeCorpus('every storable file of the corpus, stored and exported', (all) => {
  // Of files that claim to be one instance the store keeps the first.
  const files = [
    ...new Map(
      all.filter(({ expectation }) => expectation === 'store').map((file) => [keyOf(file), file] as const),
    ).values(),
  ];
  let exports: ExportStack;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'courier-corpus-'));
    exports = await ExportStack.start();
    await exports.fill(files.map((file) => file.read()));
  }, 120_000);

  afterAll(async () => {
    await exports.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What an export has left, as files of a folder. @returns the paths by key. */
  const download = async (level: string): Promise<Map<string, string>> => {
    const paths = new Map<string, string>();
    for (const file of files) {
      const path = join(folder, level, `${keyOf(file)}.dcm`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, await exports.read('exports', `${level}/${keyOf(file)}.dcm`));
      paths.set(keyOf(file), path);
    }
    return paths;
  };

  it.each(Object.entries(LEVELS))(
    'by %s: the files are the same to sha256sum and dcmftest, and in the manifest',
    async (level, toTarget) => {
      const targets = new Map(files.map((file) => [JSON.stringify(toTarget(file)), toTarget(file)]));
      const report: ExportReport = await exports.export({
        action: 'export',
        id: `corpus-${level}`,
        targets: [...targets.values()],
        destination: `gs://exports/${level}/`,
      });
      expect(report).toMatchObject({
        status: 'complete',
        counts: { exported: files.length },
        problems: [],
      });
      expect(report.targets).toHaveLength(targets.size);

      const names = await exports.names('exports', `${level}/`);
      const expected = files.map((file) => `${level}/${keyOf(file)}.dcm`);
      expect(names).toEqual([...expected, `${level}/_courier/corpus-${level}/manifest.jsonl`].sort());

      const paths = await download(level);
      const digests = sha256sum([...paths.values()]);
      const verdicts = dcmftest([...paths.values()]);
      const manifest = await exports.manifest(report);
      for (const file of files) {
        const path = paths.get(keyOf(file)) ?? '';
        const line = manifest.get(`gs://exports/${level}/${keyOf(file)}.dcm`);
        expect({
          path: file.path,
          sha256: digests.get(path),
          dcmftest: verdicts.get(path),
          line,
        }).toMatchObject({
          sha256: file.sha256,
          dcmftest: file.dcmftest,
          line: {
            outcome: 'exported',
            sizeBytes: file.sizeBytes,
            transferSyntax: file.transferSyntaxUid,
          },
        });
      }
    },
    240_000,
  );
});

/** The digests by path, by a program that shares no code with the worker. */
function sha256sum(paths: readonly string[]): Map<string, string> {
  const lines = inBatches(paths, 'sha256sum').map((line) => line.split('  '));
  return new Map(lines.map(([digest = '', path = '']) => [path, digest]));
}

/** `yes` or `no` by path: whether DCMTK takes it for a DICOM file. */
function dcmftest(paths: readonly string[]): Map<string, string> {
  const lines = inBatches(paths, 'dcmftest').map((line) => /^(yes|no): (.*)$/.exec(line) ?? []);
  return new Map(lines.map(([, verdict = '', path = '']) => [path, verdict]));
}

/** dcmftest fails where one of its files is none, and still says of each what it is. */
function inBatches(paths: readonly string[], program: string): string[] {
  const lines: string[] = [];
  for (let at = 0; at < paths.length; at += FILES_AT_ONCE) {
    const batch = paths.slice(at, at + FILES_AT_ONCE);
    try {
      lines.push(...execFileSync(program, batch, { encoding: 'utf8' }).trimEnd().split('\n'));
    } catch (error) {
      const { stdout } = error as { stdout?: string };
      if (stdout === undefined || stdout === '') throw error;
      lines.push(...stdout.trimEnd().split('\n'));
    }
  }
  return lines;
}
