import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { DICOM_STORE } from '../../emulator/src/stack/topology.ts';
import { listBucket, listStore } from '../../tools/soak/contents.ts';
import { hashOf } from '../../tools/soak/file.ts';
import { makeSchedule, type Schedule } from '../../tools/soak/schedule.ts';
import { isSound, soak, type SoakResult } from '../../tools/soak/soak.ts';
import type { SoakWorld } from '../../tools/soak/soak-world.ts';
import { SERVICES } from '../../tools/soak/weather.ts';

const SEED = 20_260_103;
/** As short as it can be with every kind of story in it. */
const MINUTES = 0.25;

/** A short soak, and what is done behind its back before it looks. */
const shortSoak = (beforeLook: (world: SoakWorld) => Promise<void>): Promise<SoakResult> =>
  soak({ seed: SEED, minutes: MINUTES }, { onNotice: () => undefined, beforeLook });

const violated = ({ verdicts }: SoakResult): string[] =>
  verdicts.filter((verdict) => verdict.violated > 0).map(({ name }) => name);

async function takeInstance(world: SoakWorld): Promise<void> {
  const [path = ''] = await listStore(world);
  const url = `${world.stack.services.healthcareUrl}/v1/${DICOM_STORE}/dicomWeb/${path}`;
  await fetch(url, { method: 'DELETE', headers: { authorization: 'Bearer local' } });
}

const stepsOf = ({ stories }: Schedule, kind: string) =>
  stories.flatMap(({ steps }) => steps).filter((step) => step.kind === kind);

describe('the schedule of a soak', () => {
  it('is the same for the same seed, and another for another', () => {
    const hashOfSchedule = (seed: number): string =>
      hashOf(Buffer.from(JSON.stringify(makeSchedule(seed, 3))));
    expect(hashOfSchedule(7)).toBe(hashOfSchedule(7));
    expect(hashOfSchedule(8)).not.toBe(hashOfSchedule(7));
  });

  it('has trouble for every service, of every kind that there is', () => {
    const { weathers, kills, revocations } = makeSchedule(7, 3);
    const faults = weathers.flatMap(({ scripts }) => scripts).map(({ fault }) => fault);
    const statuses = faults.flatMap((fault) => (fault.kind === 'status' ? [fault.status] : []));

    expect(new Set(weathers.map(({ service }) => service))).toEqual(new Set(SERVICES));
    expect([...new Set(faults.map(({ kind }) => kind))].sort()).toEqual(
      ['cut', 'hang', 'html', 'latency', 'malformed-json', 'pass', 'quota', 'reset', 'status'].sort(),
    );
    expect(statuses).toEqual(expect.arrayContaining([200, 401, 403, 408, 429, 500, 502, 503, 504]));
    expect(new Set(kills.map((blow) => blow.functionName)).size).toBe(3);
    expect(new Set(revocations.map((blow) => blow.functionName)).size).toBe(3);
  });

  it('has everything that people do, in as little time as a soak that deletes takes', () => {
    const schedule = makeSchedule(7, 2);
    const missingIn = (kind: string, parts: readonly string[]): string[] => {
      const text = JSON.stringify(stepsOf(schedule, kind));
      return parts.filter((part) => !text.includes(part));
    };
    const exports = [
      '"query"',
      'transferSyntax:',
      '"rendered"',
      '"metadata"',
      '"overwrite":true',
      '"layout"',
    ];
    const deletions = ['"dryRun":true', '"expect"', '"cleanup"', '"maxSeries":1}', '"export-slice"'];
    const arrivals = ['"contentEncoding":"gzip"', '"oddity"', '"as":"new"', '"as":"same"', '"as":"other"'];

    for (const kind of ['announce', 'hold', 'place', 'age', 'wait', 'settle'])
      expect(stepsOf(schedule, kind)).not.toHaveLength(0);
    expect(missingIn('publish', [...exports, ...deletions])).toEqual([]);
    expect(missingIn('upload', arrivals)).toEqual([]);
  });
});

describe('the soak', () => {
  it('finds what is changed behind its back', async () => {
    const result = await shortSoak(async (world) => {
      const { storage } = world.stack.clients;
      await takeInstance(world);
      const [aside] = await listBucket(world, 'quarantine');
      await storage
        .bucket('quarantine')
        .file(aside?.name ?? '')
        .delete();
      const [exported] = (await listBucket(world, 'exports')).filter(({ name }) => name.endsWith('.dcm'));
      await storage
        .bucket('exports')
        .file(exported?.name ?? '')
        .save('something else', { resumable: false });
      await storage
        .bucket('state')
        .file('deletions/1.2.3.json')
        .save('{"phase":"running"}', { resumable: false });
    });
    expect(violated(result)).toEqual([
      'the store holds the expected instances, byte for byte, and no other',
      'what was reported stored, and not deleted, is what the store holds',
      'quarantine holds each rejected and conflicting object once, and no other',
      'exported objects are what was stored, in the form that was asked for',
      'every ledger has ended, and there is one for each deleted target',
    ]);
    expect(isSound(result)).toBe(false);
  }, 900_000);

  it('refuses options that it does not have', () => {
    const { status, stderr } = spawnSync(process.execPath, ['tools/soak/main.ts', '--seed', 'x'], {
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toContain('--seed takes a whole number');
  });
});
