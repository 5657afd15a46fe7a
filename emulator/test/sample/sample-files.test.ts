import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeStudy } from '../../src/sample/study.ts';
import { writeSample } from '../../src/sample/write-sample.ts';
import { dcmtk, describeWith } from '../../../test/support/peers.ts';

let directory: string;
let paths: string[];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sample-'));
  writeSample(directory, makeStudy({ seed: 'files', imagesPerSeries: 2, madeAt: new Date(0) }));
  paths = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

describeWith(dcmtk, 'the files of the sample, to DCMTK', ({ dcmftest, dcmdump }) => {
  it('are DICOM files, with nothing temporary beside them', () => {
    expect(paths).toHaveLength(6);
    const verdicts = execFileSync(dcmftest, paths, { encoding: 'utf8' }).trim().split('\n');
    expect(verdicts.filter((verdict) => !verdict.startsWith('yes:'))).toEqual([]);
  });

  it('can be read to their end without a warning', () => {
    const dump = execFileSync(dcmdump, ['--load-all', ...paths], { encoding: 'utf8', stdio: 'pipe' });
    expect(dump.match(/SAMPLE\^SYNTHETIC/g)).toHaveLength(6);
    expect(dump).not.toMatch(/^[EW]:/m);
  });
});
