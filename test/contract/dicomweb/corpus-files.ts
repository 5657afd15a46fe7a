import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from '../../support/peers.ts';

/** A real DICOM file that every store has to take. */
export interface CorpusFile {
  readonly path: string;
  readonly transferSyntax: string;
  readonly study: string;
  readonly series: string;
  readonly instance: string;
  readonly read: () => Buffer;
}

const MAX_BYTES = 200_000;
const MAX_FILES_OF_A_KIND = 3;

/** A few dozen small valid files: up to three for each pair of source and transfer syntax. */
export const corpus: Peer<readonly CorpusFile[]> = {
  name: 'The corpus of real DICOM files',
  howToInstall: 'COURIER_CORPUS names its directory, ../shared/corpus by default',
  find() {
    const root = process.env['COURIER_CORPUS'] ?? '../shared/corpus';
    const manifest = join(root, 'manifest.tsv');
    return existsSync(manifest) ? select(root, readFileSync(manifest, 'utf8')) : undefined;
  },
};

function select(root: string, manifest: string): CorpusFile[] {
  const [header = '', ...lines] = manifest.trimEnd().split('\n');
  const names = header.split('\t');
  const kinds = new Map<string, number>();
  const identities = new Set<string>();
  const files: CorpusFile[] = [];
  for (const line of lines) {
    const row = Object.fromEntries(line.split('\t').map((value, index) => [names[index] ?? '', value]));
    const { path = '', expectation, bytes, transfer_syntax_uid: transferSyntax = '' } = row;
    if (expectation !== 'store' || Number(bytes) > MAX_BYTES || path.includes('_same-sop-uid')) continue;
    const { study_uid: study = '', series_uid: series = '', sop_instance_uid: instance = '' } = row;
    const kind = `${row['source_repo'] ?? ''} ${transferSyntax}`;
    const identity = `${study} ${series} ${instance}`;
    const count = kinds.get(kind) ?? 0;
    if (count === MAX_FILES_OF_A_KIND || identities.has(identity)) continue;
    kinds.set(kind, count + 1);
    identities.add(identity);
    files.push({ path, transferSyntax, study, series, instance, read: () => readFileSync(join(root, path)) });
  }
  return files;
}
