import { randomInt } from 'node:crypto';

/**
 * A long-running operation that has already ended, as the API shows it.
 *
 * @param dataset the full name of the dataset to which it belongs.
 * @param apiMethodName e.g. `google.cloud.healthcare.v1.dataset.DatasetService.CreateDataset`.
 * @param response the result, with its `@type`.
 */
export function finishedOperation(dataset: string, apiMethodName: string, response: object): object {
  const now = new Date(Date.now()).toISOString();
  return {
    name: `${dataset}/operations/${randomInt(2 ** 47)}`,
    metadata: {
      '@type': 'type.googleapis.com/google.cloud.healthcare.v1.OperationMetadata',
      apiMethodName,
      createTime: now,
      endTime: now,
    },
    done: true,
    response,
  };
}
