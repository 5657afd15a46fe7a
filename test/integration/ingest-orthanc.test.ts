import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { IngestReport } from '../../src/domain/report.ts';
import { element, identityElements, part10 } from '../support/element-bytes.ts';
import { describeCorpus, type CorpusFile } from '../support/corpus.ts';
import { LocalProject, type Triple } from '../support/local-project.ts';
import { startOrthanc, type RunningOrthanc } from '../support/orthanc.ts';
import { describeWith, orthanc } from '../support/peers.ts';
import { makeDicom, tripleOf } from '../support/synthetic-dicom.ts';
import { WiredIngest } from '../support/wired-ingest.ts';

const FILES = 40;

describeWith(orthanc, "ingest into a DICOMweb server that is not Google's", (found) => {
  let project: LocalProject;
  let server: RunningOrthanc;
  let worker: WiredIngest;

  beforeAll(async () => {
    [project, server] = await Promise.all([LocalProject.start(), startOrthanc(found)]);
    // Orthanc has no IAM: rights are looked at in the buckets and the topic, and nobody asks which the store would take.
    worker = new WiredIngest({ ...project.environment, DICOM_STORE: server.dicomWebUrl });
  }, 60_000);
  afterAll(async () => {
    await Promise.all([project.close(), server.close()]);
  });

  const carry = async (name: string, bytes: Buffer): Promise<IngestReport | undefined> => {
    const { push } = await project.drop(name, bytes);
    expect(await worker.deliver(push)).toBe(204);
    const [report] = await project.takeReports();
    return report;
  };

  /** The multipart answer with the stored instance in it. */
  const retrieved = async ({ study, series, instance }: Triple): Promise<Buffer> => {
    const path = `studies/${study}/series/${series}/instances/${instance}`;
    const accept = 'multipart/related; type="application/dicom"; transfer-syntax=*';
    const answer = await fetch(`${server.dicomWebUrl}/${path}`, { headers: { accept } });
    expect(answer.status).toBe(200);
    return Buffer.from(await answer.arrayBuffer());
  };

  describeCorpus(`${FILES} real files`, (files) => {
    const chosen = choose(files);

    it('are as many as that', () => expect(chosen).toHaveLength(FILES));

    it.each(chosen.map((file) => [file.path, file] as const))(
      'go in and come back: %s',
      async (path, file) => {
        const bytes = file.read();
        expect((await carry(path, bytes))?.outcome).toBe('stored');
        const { studyInstanceUid: study, seriesInstanceUid: series, sopInstanceUid: instance } = file;
        expect((await retrieved({ study, series, instance })).includes(bytes)).toBe(true);
      },
    );
  });

  it('finds a conflict in a different file with the same UIDs, although the server says 200', async () => {
    const original = makeDicom({ seed: 'conflict' });
    expect((await carry('first.dcm', original))?.outcome).toBe('stored');
    const report = await carry('second.dcm', makeDicom({ seed: 'conflict', patientName: 'Other^Otto' }));
    expect(report).toMatchObject({ outcome: 'conflict', reason: 'different-content' });
    expect((await retrieved(tripleOf({ seed: 'conflict' }))).includes(original)).toBe(true);
  });

  it.each([
    ['no DICOM at all', 'not-dicom', Buffer.from('garbage')],
    [
      'no DICOM behind its UIDs',
      'store-refused',
      part10(
        [element(0x00020010, 'UI', '1.2.840.10008.1.2.1')],
        Buffer.concat([...identityElements(), Buffer.from('garbage'.repeat(99))]),
      ),
    ],
  ])('rejects what is %s', async (_what, reason, bytes) => {
    expect(await carry('garbage.dcm', bytes)).toMatchObject({ outcome: 'rejected', reason });
  });
});

/** Valid files, alone under their UIDs, small enough to be many; each transfer syntax in its turn. */
function choose(files: readonly CorpusFile[]): CorpusFile[] {
  const valid = files.filter(
    ({ expectation, collisionGroup, sizeBytes }) =>
      expectation === 'store' && collisionGroup === '' && sizeBytes < 1_000_000,
  );
  const bySyntax = Object.values(Object.groupBy(valid, ({ transferSyntaxUid }) => transferSyntaxUid));
  const turns = Array.from({ length: valid.length }, (_, turn) => bySyntax.map((group) => group?.[turn]));
  return turns
    .flat()
    .filter((file) => file !== undefined)
    .slice(0, FILES);
}
