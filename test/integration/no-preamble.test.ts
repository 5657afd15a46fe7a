import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import dicomParser from 'dicom-parser';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { carryOne } from '../support/carry-one.ts';
import { LocalProject } from '../support/local-project.ts';
import { dcmtk, describeWith } from '../support/peers.ts';
import { makeDicom, TRANSFER_SYNTAX, tripleOf, type SyntheticDicom } from '../support/synthetic-dicom.ts';

const environment = { NO_PREAMBLE: 'supply' };
const VARIANTS: readonly (readonly [string, string])[] = [
  ['explicit little endian', TRANSFER_SYNTAX.explicitLittleEndian],
  ['implicit little endian', TRANSFER_SYNTAX.implicitLittleEndian],
];

let project: LocalProject;

beforeAll(async () => {
  project = await LocalProject.start();
});
afterAll(() => project.close());

/** The data set alone, without preamble and file meta information. */
function bare(options: SyntheticDicom): Buffer {
  const file = makeDicom(options);
  const { elements } = dicomParser.parseDicom(file, { untilTag: 'x00080005' });
  const lastOfMeta = elements['x00020012'];
  if (lastOfMeta === undefined) throw new Error('The synthetic file has no implementation class UID.');
  return file.subarray(lastOfMeta.dataOffset + lastOfMeta.length);
}

async function storedFile(options: SyntheticDicom): Promise<Buffer> {
  const bytes = await project.stored(tripleOf(options));
  if (bytes === undefined) throw new Error('The instance is not in the store.');
  return bytes;
}

describe('a data set without preamble', () => {
  it('is rejected by default, and lies in quarantine as it came', async () => {
    const bytes = bare({ seed: 'by default' });
    const { report } = await carryOne(project, bytes);
    expect(report).toMatchObject({ outcome: 'rejected', reason: 'no-preamble' });
    const name = `no-preamble/${report?.reportId.replace('ingest:', '') ?? ''}`;
    expect((await project.read('quarantine', name)).equals(bytes)).toBe(true);
  });

  it.each(VARIANTS)(
    'in %s is stored with what it lacks when NO_PREAMBLE is supply, and the report says so',
    async (name, transferSyntax) => {
      const options = { seed: name, transferSyntax, pixelBytes: 300 };
      const bytes = bare(options);
      const { report } = await carryOne(project, bytes, { environment });
      expect(report).toMatchObject({
        outcome: 'stored',
        instances: [{ ...tripleOf(options), transferSyntax }],
      });
      expect(report?.detail).toContain('supplied');
      const file = await storedFile(options);
      expect(file.subarray(-bytes.length).equals(bytes)).toBe(true);
      expect(report?.instances[0]?.sizeBytes).toBe(file.length);
      const parsed = dicomParser.parseDicom(file);
      expect(parsed.string('x00020010')).toBe(transferSyntax);
      expect(parsed.string('x00020003')).toBe(parsed.string('x00080018'));
      expect(parsed.string('x00020002')).toBe(parsed.string('x00080016'));
      expect(parsed.elements['x7fe00010']?.length).toBe(300);
    },
  );

  it('becomes the same file each time it comes', async () => {
    const options = { seed: 'twice' };
    await carryOne(project, bare(options), { environment });
    const { report } = await carryOne(project, bare(options), {
      environment: { ...environment, VERIFY: 'always' },
    });
    expect(report?.outcome).toBe('stored');
  });

  it.each([
    ['ends within its pixel data', bare({ seed: 'torn', pixelBytes: 5000 }).subarray(0, -100)],
    ['goes on behind its end', Buffer.concat([bare({ seed: 'trailer' }), Buffer.from('trailer')])],
    ['is big endian', bare({ seed: 'big', transferSyntax: TRANSFER_SYNTAX.explicitBigEndian })],
  ])('is rejected all the same when it %s', async (_how, bytes) => {
    const { report } = await carryOne(project, bytes, { environment });
    expect(report).toMatchObject({ outcome: 'rejected', reason: 'no-preamble' });
  });
});

describeWith(dcmtk, 'the file that is made of a data set without preamble', ({ dcmftest }) => {
  it.each(VARIANTS)('is a DICOM file for DCMTK: %s', async (name, transferSyntax) => {
    const options = { seed: `DCMTK ${name}`, transferSyntax };
    await carryOne(project, bare(options), { environment });
    const directory = mkdtempSync(join(tmpdir(), 'courier-dcmftest-'));
    try {
      const path = join(directory, 'supplied.dcm');
      writeFileSync(path, await storedFile(options));
      expect(execFileSync(dcmftest, [path], { encoding: 'utf8' })).toMatch(/^yes: /);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
