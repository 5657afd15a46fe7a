import { Agent } from 'undici';
import { answerParent } from '../child/answer-parent.ts';
import { peakMemoryBytes } from '../child/peak-memory.ts';
import { DICOM_STORE } from '../peers/names.ts';
import type { LoopAnswer, LoopPlan } from './messages.ts';

// The least that can be done: each instance's body becomes an object's. No plan, no checksum, no second try, no manifest.

const dispatcher = new Agent({ connections: 128, keepAliveTimeout: 55_000 });
const root = `/v1/${DICOM_STORE}/dicomWeb`;

type Row = Readonly<Record<string, { readonly Value: readonly string[] }>>;

async function list({ storeUrl, targets }: LoopPlan): Promise<string[]> {
  const paths: string[] = [];
  for (const { study } of targets) {
    const path = `${root}/studies/${study}/instances?limit=5000&offset=0`;
    const { body } = await dispatcher.request({ origin: storeUrl, path, method: 'GET' });
    const uid = (row: Row, tag: string): string => row[tag]?.Value[0] ?? '';
    for (const row of (await body.json()) as Row[])
      paths.push(`studies/${study}/series/${uid(row, '0020000E')}/instances/${uid(row, '00080018')}`);
  }
  return paths;
}

async function copy({ storeUrl, storageUrl }: LoopPlan, path: string): Promise<void> {
  const instance = await dispatcher.request({ origin: storeUrl, path: `${root}/${path}`, method: 'GET' });
  const answer = await dispatcher.request({
    origin: storageUrl,
    path: `/upload/storage/v1/b/exports/o?uploadType=media&name=${encodeURIComponent(path)}`,
    method: 'POST',
    headers: {
      'content-type': 'application/dicom',
      'content-length': String(instance.headers['content-length']),
    },
    body: instance.body,
  });
  await answer.body.dump();
  if (answer.statusCode !== 200) throw new Error(`The upload was answered ${answer.statusCode}.`);
}

answerParent({}, async (question): Promise<LoopAnswer> => {
  const plan = question as LoopPlan;
  const startedAt = performance.now();
  const waiting = (await list(plan)).values();
  await Promise.all(
    Array.from({ length: plan.concurrency }, async () => {
      for (const path of waiting) await copy(plan, path);
    }),
  );
  return { elapsedMs: performance.now() - startedAt, peakMemoryBytes: peakMemoryBytes() };
});
