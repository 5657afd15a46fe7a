import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startHealthcare, type HealthcareStandIn } from '../../../emulator/src/healthcare/healthcare.ts';
import { DEVELOPER_TOKEN, TokenRegistry } from '../../../emulator/src/http/tokens.ts';
import { describeWith, gcloud } from '../../support/peers.ts';
import { makeDicom, tripleOf } from '../../support/synthetic-dicom.ts';

const DATASET = 'projects/p/locations/l/datasets/d';
const DELETE_SERIES = 'google.cloud.healthcare.v1.dicomweb.DicomWebService.DeleteSeries';

interface Operation {
  readonly name: string;
  readonly done?: boolean;
}

describeWith(gcloud, 'gcloud healthcare operations', ({ command }) => {
  let directory: string;
  let standIn: HealthcareStandIn;

  const send = async (method: string, path: string, body?: Buffer | string, contentType?: string) => {
    const response = await fetch(`${standIn.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${DEVELOPER_TOKEN}`,
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
      },
      ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
    return text;
  };
  const deleteSeries = async (seed: string): Promise<string> => {
    const dicomWeb = `/v1/${DATASET}/dicomStores/s/dicomWeb`;
    await send('POST', `${dicomWeb}/studies`, makeDicom({ seed }), 'application/dicom');
    const { study, series } = tripleOf({ seed });
    const answer = await send('DELETE', `${dicomWeb}/studies/${study}/series/${series}`);
    return (JSON.parse(answer) as Operation).name;
  };
  /** Runs gcloud without anything that the machine's own configuration has, or lacks. */
  const run = async (...args: readonly string[]): Promise<string> => {
    const env = {
      PATH: process.env['PATH'],
      HOME: directory,
      CLOUDSDK_CONFIG: join(directory, 'gcloud'),
      CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
      CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: 'true',
      CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: 'true',
      CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: join(directory, 'token'),
      CLOUDSDK_API_ENDPOINT_OVERRIDES_HEALTHCARE: `${standIn.url}/`,
    };
    const { stdout } = await promisify(execFile)(command, ['healthcare', 'operations', ...args], { env });
    return stdout;
  };
  const list = async (...args: readonly string[]): Promise<Operation[]> =>
    JSON.parse(
      await run('list', '--project=p', '--location=l', '--dataset=d', '--format=json', ...args),
    ) as Operation[];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'courier-gcloud-'));
    await writeFile(join(directory, 'token'), DEVELOPER_TOKEN);
    standIn = await startHealthcare({
      port: 0,
      dataDir: join(directory, 'data'),
      tokens: new TokenRegistry(),
      switches: { operationLengthMs: 0 },
    });
    await send('POST', '/v1/projects/p/locations/l/datasets?datasetId=d', '{}');
    await send('POST', `/v1/${DATASET}/dicomStores?dicomStoreId=s`, '{}');
  });
  afterAll(async () => {
    await standIn.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('describe shows an operation as the API has it', async () => {
    const name = await deleteSeries('described');
    expect(JSON.parse(await run('describe', name, '--format=json'))).toEqual({
      name,
      metadata: {
        '@type': 'type.googleapis.com/google.cloud.healthcare.v1.OperationMetadata',
        apiMethodName: DELETE_SERIES,
        createTime: expect.any(String),
        endTime: expect.any(String),
        counter: { success: '1' },
        logsUrl: expect.any(String),
      },
      done: true,
      response: { '@type': 'type.googleapis.com/google.protobuf.Empty' },
    });
  }, 30_000);

  it('describe fails for an operation that is not there', async () => {
    await expect(run('describe', `${DATASET}/operations/1`)).rejects.toThrow('NOT_FOUND');
  }, 30_000);

  it('list reads all pages, and filters by itself', async () => {
    await send('PATCH', '/_control/switches', '{"operationLengthMs":"held"}');
    const running = [await deleteSeries('first'), await deleteSeries('second')];
    const all = await list('--page-size=1');
    expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(running));
    expect(all.length).toBeGreaterThan(running.length);
    const open = await list('--filter=NOT done=true', '--page-size=1');
    expect(open.map(({ name }) => name).toSorted()).toEqual(running.toSorted());
  }, 30_000);

  it('list has its table of ids', async () => {
    const name = await deleteSeries('in the table');
    const table = await run('list', `--dataset=${DATASET}`);
    expect(table).toContain(name.slice(name.lastIndexOf('/') + 1));
  }, 30_000);
});
