import { setTimeout as sleep } from 'node:timers/promises';
import { FUNCTIONS } from '../../emulator/src/stack/topology.ts';
import {
  age,
  announce,
  hold,
  place,
  sendCommand,
  sendObject,
  type Announced,
  type Published,
  type Uploaded,
} from './deeds.ts';
import type { Blow, Schedule } from './schedule.ts';
import type { SoakWorld } from './soak-world.ts';
import type { Step, Story } from './story.ts';
import { SERVICES, type Service, type Weather } from './weather.ts';

/** What has really been done. */
export interface Played {
  readonly uploaded: Uploaded[];
  readonly announced: Announced[];
  readonly published: Published[];
  readonly holds: string[];
  readonly placed: { readonly name: string; readonly text: string }[];
  kills: number;
  revocations: number;
  /** By service, how often something has happened to a request. */
  readonly faults: Map<Service, number>;
}

/** Each message and each report is delivered twice. */
const REPORTS_OF_AN_OBJECT = 4;
const LOOK_AGAIN_MS = 50;

/** Does what the schedule says. @returns when all stories have come to their end, in calm at last. */
export async function play(schedule: Schedule, world: SoakWorld, signal: AbortSignal): Promise<Played> {
  const played: Played = {
    uploaded: [],
    announced: [],
    published: [],
    holds: [],
    placed: [],
    kills: 0,
    revocations: 0,
    faults: new Map(),
  };
  const startedAt = performance.now();
  const at = (ms: number): Promise<void> =>
    sleep(Math.max(0, startedAt + ms - performance.now()), undefined, { signal });
  const { weathers, moods, kills, revocations } = schedule;
  const troubles = [
    ...weathers.map((weather) => at(weather.atMs).then(() => change(weather, world, played))),
    ...moods.map(({ atMs, switches }) => at(atMs).then(() => world.setSwitches(switches))),
    ...kills.map((blow) => at(blow.atMs).then(() => kill(blow, world, played))),
    ...revocations.map((blow) => at(blow.atMs).then(() => revoke(blow, world, played))),
  ];
  const calm = Promise.all(troubles)
    .then(() => at(schedule.durationMs))
    .then(async () => {
      for (const service of SERVICES) await change({ service, scripts: [] }, world, played);
      await world.setSwitches();
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

/** What a story has begun, and waits for. */
interface Begun {
  readonly objects: string[];
  readonly reports: string[];
}

async function playStory(story: Story, world: SoakWorld, played: Played, signal: AbortSignal): Promise<void> {
  const begun: Begun = { objects: [], reports: [] };
  for (const step of story.steps) {
    signal.throwIfAborted();
    await playStep(step, begun, world, played, signal);
  }
}

async function playStep(
  step: Step,
  begun: Begun,
  world: SoakWorld,
  played: Played,
  signal: AbortSignal,
): Promise<void> {
  switch (step.kind) {
    case 'upload':
      for (const upload of step.uploads) {
        const uploaded = await sendObject(upload, world);
        begun.objects.push(uploaded.key);
        played.uploaded.push(uploaded);
      }
      return;
    case 'announce': {
      const announced = await announce(step.announcement, world);
      begun.objects.push(announced.key);
      played.announced.push(announced);
      return;
    }
    case 'publish': {
      const published = await sendCommand(step.command, world);
      begun.reports.push(published.reportId);
      played.published.push(published);
      return;
    }
    case 'hold':
      await hold(step.target, world);
      played.holds.push(step.target);
      return;
    case 'place':
      await place(step.name, step.text, world);
      played.placed.push(step);
      return;
    case 'age':
      return age(step.files, step.day, world);
    case 'wait':
      return sleep(step.ms, undefined, { signal });
    case 'settle':
      while (!isSettled(begun, world)) await sleep(LOOK_AGAIN_MS, undefined, { signal });
  }
}

function isSettled(begun: Begun, { reports }: SoakWorld): boolean {
  return (
    begun.objects.every((key) => (reports.objects.get(key)?.count ?? 0) >= REPORTS_OF_AN_OBJECT) &&
    begun.reports.every((reportId) => reports.commands.has(reportId))
  );
}

function kill({ functionName }: Blow, { stack }: SoakWorld, played: Played): void {
  const { process: victim } = stack.functions.find(({ name }) => name === functionName) ?? {};
  if (victim?.processId === undefined) return;
  process.kill(victim.processId, 'SIGKILL');
  played.kills += 1;
}

function revoke({ functionName }: Blow, { stack }: SoakWorld, played: Played): void {
  const { account = '' } = FUNCTIONS.find(({ name }) => name === functionName) ?? {};
  stack.tokens.revoke(account);
  played.revocations += 1;
}

/** Changes the weather of a service, and counts how often the one before has struck. */
async function change(
  { service, scripts }: Pick<Weather, 'service' | 'scripts'>,
  world: SoakWorld,
  { faults }: Played,
): Promise<void> {
  const url = `${urlOf(service, world)}/_control/faults`;
  const before = (await (await fetch(url)).json()) as {
    scripts: { applied: number; fault: { kind: string } }[];
  };
  await fetch(url, { method: 'DELETE' });
  if (scripts.length > 0) {
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(scripts) });
    if (answer.status !== 200) throw new Error(`Faults were refused: ${await answer.text()}`);
  }
  const struck = before.scripts
    .filter(({ fault }) => fault.kind !== 'pass')
    .reduce((sum, { applied }) => sum + applied, 0);
  faults.set(service, (faults.get(service) ?? 0) + struck);
}

function urlOf(service: Service, { stack }: SoakWorld): string {
  const { storageUrl: storage, pubsubHost, healthcareUrl: healthcare } = stack.services;
  const urls: Partial<Record<Service, string>> = { storage, pubsub: `http://${pubsubHost}`, healthcare };
  const { metadataUrl } = stack.functions.find(({ name }) => service === `metadata of ${name}`) ?? {};
  const url = urls[service] ?? metadataUrl;
  if (url === undefined) throw new Error(`There is no ${service}.`);
  return url;
}
