import type { Bucket } from '@google-cloud/storage';
import { searchStudy, askUntil, stepSignal, type SmokeWorld } from './smoke-world.ts';
import { passed, type StepResult } from './step-list.ts';

/**
 * Removes what the run has made and is still there: objects, exports, the study, the subscription.
 *
 * @throws Error that says what is left, and why.
 */
export async function takeAway(world: SmokeWorld): Promise<StepResult> {
  const { id, options, inbox, exports, reports } = world;
  const left: string[] = [];
  const attempt = async (what: string, remove: () => Promise<unknown>): Promise<void> => {
    await remove().catch((error: unknown) => {
      left.push(`${what} (${error instanceof Error ? error.message : String(error)})`);
    });
  };
  await attempt(`objects in gs://${options.inboxBucket}/${options.inboxPrefix}${id}/`, () =>
    emptyOf(inbox, `${options.inboxPrefix}${id}/`),
  );
  await attempt(`objects in gs://${options.exportsBucket}/${id}/`, () => emptyOf(exports, `${id}/`));
  await attempt(`study ${world.upload.studyUid} in ${options.dicomStore}`, () => removeStudy(world));
  await attempt(`subscription ${id}, which expires in a day`, () => reports.close());
  if (left.length > 0) throw new Error(`left behind: ${left.join('; ')}`);
  return passed('nothing is left but what the functions keep on purpose: audit, ledgers, markers, reports');
}

async function emptyOf(bucket: Bucket, prefix: string): Promise<void> {
  const [files] = await bucket.getFiles({ prefix });
  for (const file of files) await file.delete({ ignoreNotFound: true });
}

/** By the store itself: where a study is left, the function for it has not done its work. */
async function removeStudy(world: SmokeWorld): Promise<void> {
  const { healthcare, options, upload } = world;
  if ((await searchStudy(world)).length === 0) return;
  const path = `${options.dicomStore}/dicomWeb/studies/${upload.studyUid}`;
  const { status } = await healthcare({ method: 'DELETE', path });
  if (status !== 200 && status !== 204) throw new Error(`its deletion was answered ${status}`);
  await askUntil(async () => (await searchStudy(world)).length === 0, stepSignal(world));
}
