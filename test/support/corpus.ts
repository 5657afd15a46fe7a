import { describe, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One real file that nobody of this project wrote, with what is expected of it. */
export interface CorpusFile {
  /** Relative to the corpus. */
  readonly path: string;
  readonly sizeBytes: number;
  /** In hexadecimal digits. */
  readonly sha256: string;
  /** `yes` or `no`: whether DCMTK takes it for a DICOM file. */
  readonly dcmftest: string;
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  readonly expectation: 'store' | 'reject' | 'reject-or-store';
  /** Files of one group share their SOP instance UID; empty where a file is alone. */
  readonly collisionGroup: string;
  read(): Buffer;
}

/** The corpus stands beside the project, or where COURIER_CORPUS says. */
const root = process.env['COURIER_CORPUS'] ?? '../shared/corpus';

/**
 * A suite over the corpus.
 *
 * In a clone without the corpus it is reported as skipped; in CI its absence is a failure.
 */
export function describeCorpus(title: string, body: (files: readonly CorpusFile[]) => void): void {
  if (existsSync(join(root, 'manifest.tsv'))) {
    describe(title, () => body(readManifest()));
    return;
  }
  const reason = `${title}: there is no corpus of real files at ${root} (COURIER_CORPUS)`;
  if (process.env['CI'] === 'true') {
    it(reason, () => {
      throw new Error(reason);
    });
    return;
  }
  process.stderr.write(`SKIPPED ${reason}\n`);
  it.skip(reason, () => undefined);
}

/** The files of the corpus; none where there is no corpus, for suites that also have files of their own. */
export function corpusFiles(): readonly CorpusFile[] {
  return existsSync(join(root, 'manifest.tsv')) ? readManifest() : [];
}

function readManifest(): CorpusFile[] {
  const [header = '', ...lines] = readFileSync(join(root, 'manifest.tsv'), 'utf8').trimEnd().split('\n');
  const columns = header.split('\t');
  return lines.map((line) => {
    const cells = line.split('\t');
    const cell = (name: string): string => cells[columns.indexOf(name)] ?? '';
    const path = cell('path');
    return {
      path,
      sizeBytes: Number(cell('bytes')),
      sha256: cell('sha256'),
      dcmftest: cell('dcmftest'),
      studyInstanceUid: cell('study_uid'),
      seriesInstanceUid: cell('series_uid'),
      sopInstanceUid: cell('sop_instance_uid'),
      transferSyntaxUid: cell('transfer_syntax_uid'),
      expectation: cell('expectation') as CorpusFile['expectation'],
      // The manifest marks one file of each group with an asterisk.
      collisionGroup: cell('collision_group').replace('*', ''),
      read: () => readFileSync(join(root, path)),
    };
  });
}
