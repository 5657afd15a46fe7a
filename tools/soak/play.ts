import { setTimeout as sleep } from 'node:timers/promises';
import { bytesOf } from './file.ts';
import { objectKey } from './report-book.ts';
import type { Schedule } from './schedule.ts';
import type { SoakWorld } from './soak-world.ts';
import type { Command, Story, Upload } from './story.ts';
import { SERVICES, type Service, type Weather } from './weather.ts';

/** An object that was uploaded. */
export interface Uploaded {
  readonly key: string;
  readonly upload: Upload;
}

/** A message that was published, and the id of the report that is to come. */
export interface Published {
  readonly reportId: string;
  readonly command: Command;
}

/** What has really been done. */
export interface Played {
  readonly uploaded: Uploaded[];
  readonly published: Published[];
  readonly holds: string[];
  kills: number;
  faults: number;
}

/** Each message and each report is delivered twice. */
const REPORTS_OF_AN_OBJECT = 4;
const LOOK_AGAIN_MS = 50;

/** Does what the schedule says. @returns when all stories have come to their end, in calm at last. */
export async function play(schedule: Schedule, world: SoakWorld, signal: AbortSignal): Promise<Played> {
  const played: Played = { uploaded: [], published: [], holds: [], kills: 0, faults: 0 };
  const startedAt = performance.now();
  const at = (ms: number): Promise<void> =>
    sleep(Math.max(0, startedAt + ms - performance.now()), undefined, { signal });
  const troubles = [
    ...schedule.weathers.map(async (weather) => {
      await at(weather.atMs);
      played.faults += await change(weather, world);
    }),
    ...schedule.kills.map(async ({ atMs, functionName }) => {
      await at(atMs);
      const { process: victim } = world.stack.functions.find(({ name }) => name === functionName) ?? {};
      if (victim?.processId === undefined) return;
      process.kill(victim.processId, 'SIGKILL');
      played.kills += 1;
    }),
  ];
  const calm = Promise.all(troubles)
    .then(() => at(schedule.durationMs))
    .then(async () => {
      for (const service of SERVICES) played.faults += await change({ service, scripts: [] }, world);
    });
  const stories = schedule.stories.map(async (story) => {
    await at(story.startMs);
    await playStory(story, world, played, signal);
  });
  const ends = await Promise.allSettled([calm, ...stories]);
  const failed = ends.find((end) => end.status === 'rejected' && !signal.aborted);
  if (failed?.status === 'rejected') throw failed.reason;
  return played;
}

async function playStory(story: Story, world: SoakWorld, played: Played, signal: AbortSignal): Promise<void> {
  const mine: { objects: string[]; reports: string[] } = { objects: [], reports: [] };
  for (const step of story.steps) {
    signal.throwIfAborted();
    switch (step.kind) {
      case 'upload':
        for (const upload of step.uploads) {
          const key = await sendObject(upload, world);
          mine.objects.push(key);
          played.uploaded.push({ key, upload });
        }
        break;
      case 'publish': {
        const reportId = await sendCommand(step.command, world);
        mine.reports.push(reportId);
        played.published.push({ reportId, command: step.command });
        break;
      }
      case 'hold':
        await send(world, 'records', `holds/${step.target}`, Buffer.from('soak'));
        played.holds.push(step.target);
        break;
      case 'settle':
        while (!isSettled(mine, world)) await sleep(LOOK_AGAIN_MS, undefined, { signal });
    }
  }
}

function isSettled(
  mine: { readonly objects: readonly string[]; readonly reports: readonly string[] },
  { reports }: SoakWorld,
): boolean {
  return (
    mine.objects.every((key) => (reports.objects.get(key)?.count ?? 0) >= REPORTS_OF_AN_OBJECT) &&
    mine.reports.every((reportId) => reports.commands.has(reportId))
  );
}

async function sendObject({ name, content }: Upload, world: SoakWorld): Promise<string> {
  return objectKey(name, await send(world, 'inbox', name, bytesOf(content)));
}

async function send({ stack }: SoakWorld, bucket: string, name: string, bytes: Buffer): Promise<string> {
  const url = `${stack.services.storageUrl}/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(name)}`;
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: 'Bearer local', 'content-type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
  });
  if (answer.status !== 200) throw new Error(`An upload was answered ${answer.status}.`);
  return ((await answer.json()) as { generation: string }).generation;
}

/** @returns the id of its report. */
async function sendCommand(command: Command, { stack }: SoakWorld): Promise<string> {
  const text = typeof command.message === 'string' ? command.message : JSON.stringify(command.message);
  const messageId = await stack.clients.pubsub
    .topic(`dicom-${command.topic}`)
    .publishMessage({ data: Buffer.from(text) });
  if (command.ends === 'refused') return `${command.topic}:refused:${messageId}`;
  const { action = command.topic } = command.message as { action?: string };
  return `${action}:${command.id ?? messageId}`;
}

/** Changes the weather of a service. @returns how often the one before has struck. */
async function change(
  { service, scripts }: Pick<Weather, 'service' | 'scripts'>,
  { stack }: SoakWorld,
): Promise<number> {
  const urls: Record<Service, string> = {
    storage: stack.services.storageUrl,
    pubsub: `http://${stack.services.pubsubHost}`,
    healthcare: stack.services.healthcareUrl,
  };
  const url = `${urls[service]}/_control/faults`;
  const before = (await (await fetch(url)).json()) as {
    scripts: { applied: number; fault: { kind: string } }[];
  };
  await fetch(url, { method: 'DELETE' });
  if (scripts.length > 0) {
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(scripts) });
    if (answer.status !== 200) throw new Error(`Faults were refused: ${await answer.text()}`);
  }
  return before.scripts
    .filter(({ fault }) => fault.kind !== 'pass')
    .reduce((sum, { applied }) => sum + applied, 0);
}
