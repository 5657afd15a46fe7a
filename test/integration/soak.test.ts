import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { DICOM_STORE } from '../../emulator/src/stack/topology.ts';
import { listBucket, listStore } from '../../tools/soak/contents.ts';
import { makeSchedule } from '../../tools/soak/schedule.ts';
import { isSound, soak, type SoakResult } from '../../tools/soak/soak.ts';
import type { SoakWorld } from '../../tools/soak/soak-world.ts';

/** A soak as short as can be, and what is done behind its back before it looks. */
const shortSoak = (beforeLook: (world: SoakWorld) => Promise<void>): Promise<SoakResult> =>
  soak({ seed: 20_260_103, minutes: 0.1 }, { onNotice: () => undefined, beforeLook });

const violated = ({ verdicts }: SoakResult): string[] =>
  verdicts.filter((verdict) => verdict.violated > 0).map(({ name }) => name);

async function takeInstance(world: SoakWorld): Promise<void> {
  const [path = ''] = await listStore(world);
  const url = `${world.stack.services.healthcareUrl}/v1/${DICOM_STORE}/dicomWeb/${path}`;
  await fetch(url, { method: 'DELETE', headers: { authorization: 'Bearer local' } });
}

describe('the soak', () => {
  it('draws the same schedule for the same seed, and another for another', () => {
    expect(makeSchedule(7, 3)).toEqual(makeSchedule(7, 3));
    expect(makeSchedule(8, 3)).not.toEqual(makeSchedule(7, 3));
  });

  it('finds what is changed behind its back', async () => {
    const result = await shortSoak(async (world) => {
      await takeInstance(world);
      const [aside] = await listBucket(world, 'quarantine');
      const { storage } = world.stack.clients;
      await storage
        .bucket('quarantine')
        .file(aside?.name ?? '')
        .delete();
      await storage
        .bucket('state')
        .file('deletions/1.2.3.json')
        .save('{"phase":"running"}', { resumable: false });
    });
    expect(violated(result)).toEqual([
      'the store holds the expected instances, byte for byte, and no other',
      'what was reported stored, and not deleted, is what the store holds',
      'quarantine holds each rejected and conflicting object once, and no other',
      'every ledger has ended, and there is one for each deleted target',
    ]);
    expect(isSound(result)).toBe(false);
  }, 240_000);

  it('refuses options that it does not have', () => {
    const { status, stderr } = spawnSync(process.execPath, ['tools/soak/main.ts', '--seed', 'x'], {
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toContain('--seed takes a whole number');
  });
});
