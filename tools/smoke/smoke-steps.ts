import { compareWithUpload } from './sample-upload.ts';
import type { SmokeReport } from './result-reports.ts';
import { askUntil, retrieve, searchStudy, stepSignal, type SmokeWorld } from './smoke-world.ts';
import { passed, passedOver, type StepResult } from './step-list.ts';

const NOT_FOUND = 5;

export async function listen({ reports, options, id }: SmokeWorld): Promise<StepResult> {
  await reports.open(options.topics.results);
  return passed(`subscription ${id} on ${options.topics.results}`);
}

export async function uploadStudy({ inbox, upload, options }: SmokeWorld): Promise<StepResult> {
  let sizeBytes = 0;
  for (const [name, bytes] of upload.objects) {
    sizeBytes += bytes.length;
    const precondition = { ifGenerationMatch: 0 };
    await inbox.file(name).save(bytes, { resumable: false, preconditionOpts: precondition });
  }
  return passed(
    `${upload.objects.size} objects, ${Math.round(sizeBytes / 1000)} kB to gs://${options.inboxBucket}, study ${upload.studyUid}`,
  );
}

export async function waitForIngest(world: SmokeWorld): Promise<StepResult> {
  const { reports, upload } = world;
  let known: ReadonlyMap<string, SmokeReport> = new Map();
  const all = (list: readonly SmokeReport[]): typeof known | undefined => {
    known = new Map(list.flatMap((report) => (report.object == null ? [] : [[report.object.name, report]])));
    return known.size === upload.objects.size ? known : undefined;
  };
  await reports.until(all, stepSignal(world)).catch((error: unknown) => {
    const words = error instanceof Error ? error.message : String(error);
    throw new Error(`${known.size} of ${upload.objects.size} reports have come: ${words}`);
  });
  const wrong = [...known.values()].filter(({ outcome = '' }) => !isStored(outcome));
  if (wrong.length > 0) {
    const outcomes = new Set(wrong.map(({ outcome, reason }) => [outcome, reason ?? ''].join(' ').trim()));
    throw new Error(`${wrong.length} objects were not stored: ${[...outcomes].join(', ')}`);
  }
  return passed(`${known.size} reports, all stored`);
}

export async function retrieveStudy(world: SmokeWorld): Promise<StepResult> {
  const rows = await searchStudy(world);
  const found: Buffer[] = [];
  for (const row of rows) found.push(await retrieve(world, row));
  compareWithUpload(world.upload, found);
  return passed(`${found.length} instances in the store, byte for byte as uploaded`);
}

export async function exportStudy(world: SmokeWorld): Promise<StepResult> {
  const { options, id, upload, exports } = world;
  const { topics, exportsBucket } = options;
  if (!(await hasSubscription(world, topics.export))) {
    return passedOver(`nothing is subscribed to ${topics.export}, so this system has no export function`);
  }
  await publish(world, topics.export, {
    action: 'export',
    id,
    targets: [{ study: upload.studyUid }],
    destination: `gs://${exportsBucket}/${id}/`,
  });
  await waitForCommand(world, 'export');
  const [files] = await exports.getFiles({ prefix: `${id}/` });
  const found: Buffer[] = [];
  for (const file of files.filter(({ name }) => name.endsWith('.dcm'))) {
    const [bytes] = await file.download();
    found.push(bytes);
  }
  compareWithUpload(upload, found);
  return passed(`${found.length} objects in gs://${exportsBucket}/${id}/, byte for byte as uploaded`);
}

export async function deleteStudy(world: SmokeWorld): Promise<StepResult> {
  const { options, id, upload } = world;
  await publish(world, options.topics.delete, {
    action: 'delete',
    id,
    targets: [{ study: upload.studyUid }],
    expect: { instances: upload.objects.size },
  });
  const { counts = {} } = await waitForCommand(world, 'delete');
  const words = Object.entries(counts).map(([outcome, count]) => `${count} ${outcome}`);
  return passed(`complete: ${words.join(', ')}`);
}

export async function lookWhetherGone(world: SmokeWorld): Promise<StepResult> {
  let left = 0;
  const isGone = async (): Promise<boolean> => {
    left = (await searchStudy(world)).length;
    return left === 0;
  };
  await askUntil(isGone, stepSignal(world)).catch(() => {
    throw new Error(`the store still lists ${left} instances of the study`);
  });
  return passed('the store lists nothing of the study');
}

/** The final report of the command. @throws Error when it says anything but that all was done. */
async function waitForCommand(world: SmokeWorld, kind: 'export' | 'delete'): Promise<SmokeReport> {
  const { reports, id } = world;
  const isIt = ({ reportId, final }: SmokeReport): boolean => final && reportId === `${kind}:${id}`;
  const report = await reports.until((list) => list.find(isIt), stepSignal(world));
  if (report.status === 'complete') return report;
  const { counts = {}, problems = [] } = report;
  throw new Error(`the report says ${report.status ?? ''} ${JSON.stringify(counts)} ${problems.join('; ')}`);
}

async function publish({ pubsub }: SmokeWorld, topic: string, command: object): Promise<void> {
  await pubsub.topic(topic).publishMessage({ json: command });
}

async function hasSubscription({ pubsub }: SmokeWorld, topic: string): Promise<boolean> {
  try {
    const [subscriptions] = await pubsub.topic(topic).getSubscriptions();
    return subscriptions.length > 0;
  } catch (error) {
    if ((error as { code?: unknown }).code === NOT_FOUND) return false;
    throw error;
  }
}

function isStored(outcome: string): boolean {
  return outcome === 'stored' || outcome === 'already-stored';
}
