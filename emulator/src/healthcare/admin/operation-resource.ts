import type { Resource } from '../storage/datasets.ts';
import type { OperationRecord, Progress } from '../storage/operation-record.ts';

/**
 * An operation as the API shows it: its metadata says what is done, not to what, and `done` is there only at the end.
 *
 * @param progress becomes the counter, when anything has been done; numbers are texts, and zeros are left out.
 */
export function formatOperation(
  { name, apiMethodName, createTime, isCancelRequested, end }: OperationRecord,
  progress?: Progress,
): Resource {
  const [, project = ''] = name.split('/');
  const hasBegun = progress !== undefined && progress.success + progress.failure > 0;
  return {
    name,
    metadata: {
      '@type': 'type.googleapis.com/google.cloud.healthcare.v1.OperationMetadata',
      apiMethodName,
      createTime,
      endTime: end?.endTime,
      cancelRequested: isCancelRequested,
      counter: hasBegun ? formatCounter(progress) : undefined,
      logsUrl: `https://console.cloud.google.com/logs/query?project=${encodeURIComponent(project)}`,
    },
    ...(end === undefined ? {} : { done: true, ...end.result }),
  };
}

function formatCounter(progress: Progress): Record<string, string> {
  const counted = Object.entries(progress).filter(([, count]) => count > 0);
  return Object.fromEntries(counted.map(([kind, count]) => [kind, String(count)]));
}
