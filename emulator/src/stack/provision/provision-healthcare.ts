import { DEVELOPER_TOKEN } from '../../http/tokens.ts';
import { DATASET, DICOM_STORE } from '../topology.ts';

/** Makes the dataset and the DICOM store; what is there already is kept. */
export async function provisionHealthcare(url: string): Promise<void> {
  await create(url, 'datasetId', DATASET);
  await create(url, 'dicomStoreId', DICOM_STORE);
}

async function create(url: string, idParameter: string, resource: string): Promise<void> {
  const slash = resource.lastIndexOf('/');
  const query = new URLSearchParams({ [idParameter]: resource.slice(slash + 1) });
  const response = await fetch(`${url}/v1/${resource.slice(0, slash)}?${query.toString()}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${DEVELOPER_TOKEN}`, 'content-type': 'application/json' },
    body: '{}',
  });
  const answer = await response.text();
  if (response.ok || response.status === 409) return;
  throw new Error(`${resource} could not be created: HTTP ${response.status} ${answer.slice(0, 500)}`);
}
