import '../../support/one-realm.ts';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { makeStudy } from '../../../emulator/src/sample/study.ts';
import { makeFixedAuthorization } from '../../../src/adapters/authorization.ts';
import { withAuthorization } from '../../../src/adapters/authorized-http.ts';
import { makeDicomwebRetrieval } from '../../../src/adapters/dicomweb-retrieval.ts';
import { readHeader } from '../../../src/domain/dicom/header.ts';
import type { InstanceUids } from '../../../src/domain/dicom/instance-uids.ts';
import { readTransferSyntax } from '../../../src/domain/export/file-meta.ts';
import type { Rendition } from '../../../src/domain/export/rendition.ts';
import type { DicomRetrieval } from '../../../src/ports/dicom-retrieval.ts';
import { failureOf, readAll } from '../../support/blocks.ts';
import { closeClients, makeTestHttp } from '../../support/http-client.ts';
import { store } from '../dicomweb/client.ts';
import { describeTargets, type Target } from '../dicomweb/targets.ts';

const SAMPLE = { seed: 'retrieval', imagesPerSeries: 3, madeAt: new Date(0) };
const FILES = [...makeStudy(SAMPLE)].map(({ content }) => content);
const { signal } = new AbortController();

const uidsOf = (file: Buffer): InstanceUids => {
  const reading = readHeader(file, true, { maxHeaderBytes: file.length });
  if (reading.kind !== 'instance') throw new Error('A sample is an instance.');
  return reading.header.uids;
};
const [FIRST = Buffer.alloc(0)] = FILES;

describeTargets('the retrieval of exports', (target) => {
  const retrieval = (encoding: 'single' | 'multipart' = 'multipart'): DicomRetrieval => {
    const { dicomWebUrl, headers }: Target = target();
    const http = withAuthorization(makeTestHttp({}, 4), makeFixedAuthorization(headers['authorization']));
    return makeDicomwebRetrieval({ http, root: dicomWebUrl, encoding });
  };
  const retrieve = async (rendition: Rendition, frame?: number): Promise<Buffer | { status: number }> => {
    const answer = await retrieval().retrieve({ uids: uidsOf(FIRST), rendition, frame }, signal);
    return answer.kind === 'found' ? readAll(answer.body) : { status: answer.status };
  };

  beforeAll(async () => {
    await store(target(), FILES);
  });
  afterAll(closeClients);

  it.each(['single', 'multipart'] as const)(
    'gives an instance as it was stored, asked for as %s',
    async (encoding) => {
      // Orthanc 1.10 knows no single part.
      const asked = target().kind === 'orthanc' ? 'multipart' : encoding;
      const request = { uids: uidsOf(FIRST), rendition: { kind: 'original' }, frame: undefined } as const;
      const answer = await retrieval(asked).retrieve(request, signal);
      expect(answer.kind === 'found' && (await readAll(answer.body)).equals(FIRST)).toBe(true);
    },
  );

  it('gives a series as one stream of its instances, as they were stored', async () => {
    const { seriesInstanceUid } = uidsOf(FIRST);
    const wanted = FILES.filter((file) => uidsOf(file).seriesInstanceUid === seriesInstanceUid);
    const found: string[] = [];
    for await (const part of await retrieval().retrieveSeries(uidsOf(FIRST), signal))
      found.push((await readAll(part)).toString('base64'));
    expect(found.sort()).toEqual(wanted.map((file) => file.toString('base64')).sort());
  });

  it('gives metadata as DICOM JSON', async () => {
    const metadata = (await retrieve({ kind: 'metadata' })) as Buffer;
    const [json] = JSON.parse(metadata.toString('utf8')) as [Record<string, { Value: unknown[] }>];
    expect(json['00080018']?.Value).toEqual([uidsOf(FIRST).sopInstanceUid]);
  });

  it.each([undefined, 1])('renders it, or says that it cannot (frame %p)', async (frame) => {
    const image = await retrieve({ kind: 'rendered', mediaType: 'image/png' }, frame);
    if (target().kind === 'orthanc') expect((image as Buffer).subarray(1, 4).toString()).toBe('PNG');
    else expect(image).toHaveProperty('status');
  });

  it('transcodes it, or says that it cannot', async () => {
    const transferSyntaxUid = '1.2.840.10008.1.2.4.70';
    const file = await retrieve({ kind: 'transfer-syntax', transferSyntaxUid });
    if (target().kind === 'orthanc') expect(readTransferSyntax(file as Buffer)).toBe(transferSyntaxUid);
    else expect(file).toEqual({ status: 400 });
  });

  it('fails for an instance and for a series that are not there', async () => {
    const uids = { ...uidsOf(FIRST), seriesInstanceUid: '1.2.3', sopInstanceUid: '1.2.3.4' };
    const request = { uids, rendition: { kind: 'original' }, frame: undefined } as const;
    expect(await failureOf(retrieval().retrieve(request, signal))).toMatchObject({ code: 'not-found' });
    const series = retrieval().retrieveSeries(uids, signal);
    // Orthanc answers with a stream of nothing.
    if (target().kind === 'standIn') expect(await failureOf(series)).toMatchObject({ code: 'not-found' });
    else expect(await failureOf(series.then(collect))).toBeDefined();
  });
});

async function collect(parts: AsyncIterable<unknown>): Promise<void> {
  const first = await parts[Symbol.asyncIterator]().next();
  throw new Error(first.done === true ? 'There is nothing.' : 'There is a part.');
}
