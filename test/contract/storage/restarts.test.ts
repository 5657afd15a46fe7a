import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generationOf, StorageUnderTest, textOf } from './stand-in.ts';
import { ServerProcess } from './server-process.ts';

describe('what survives the end of the server', () => {
  let server: StorageUnderTest;
  beforeAll(async () => (server = await StorageUnderTest.start()));
  afterAll(() => server.stop());

  it('keeps buckets, objects, generations and configurations', async () => {
    const bucket = await server.bucket({ labels: { team: 'imaging' } });
    await bucket.createNotification('projects/local/topics/t');
    const file = bucket.file('a/😀\u2028');
    await file.save('content', { resumable: false, metadata: { metadata: { study: '1.2' } } });
    await bucket.file('deleted').save('x', { resumable: false });
    await bucket.file('deleted').delete();
    const [before] = await file.getMetadata();
    await server.restart();
    const again = server.client().bucket(bucket.name);
    const [after] = await again.file(file.name).getMetadata();
    // The links change with the port.
    const { selfLink, mediaLink } = after;
    expect(after).toEqual({ ...before, selfLink, mediaLink });
    expect(await textOf(again.file(file.name))).toBe('content');
    expect((await again.getFiles())[0].map(({ name }) => name)).toEqual([file.name]);
    expect((await again.getMetadata())[0]).toMatchObject({ labels: { team: 'imaging' } });
    expect((await again.getNotifications())[0].map(({ id }) => id)).toEqual(['1']);
  });

  it('never gives a generation twice, also not that of a deleted object', async () => {
    const bucket = await server.bucket();
    const file = bucket.file('a');
    await file.save('1', { resumable: false });
    const before = generationOf(file);
    await file.delete();
    await server.restart();
    const again = server.client().bucket(bucket.name).file('a');
    await again.save('2', { resumable: false });
    expect(Number(generationOf(again))).toBeGreaterThan(Number(before));
  });

  it('removes the bytes of uploads that were broken off', async () => {
    const bodies = join(server.dataDir, 'bodies');
    const before = await readdir(bodies);
    await writeFile(join(bodies, 'left-over'), 'half of an upload');
    await server.restart();
    expect(await readdir(bodies)).toEqual(before);
  });

  it('has everything that it acknowledged before it was killed', async () => {
    const child = await ServerProcess.start();
    try {
      const { acknowledged } = await child.writeUntilKilled(40);
      await child.startAgain();
      const [files] = await child.client().bucket('killed').getFiles();
      const found = new Map(files.map((file) => [file.name, file]));
      expect(acknowledged.length).toBeGreaterThanOrEqual(40);
      for (const name of acknowledged) {
        const file = found.get(name);
        expect(file?.name).toBe(name);
        if (file !== undefined) expect(await textOf(file)).toBe(`content of ${name}`);
      }
    } finally {
      await child.stop();
    }
  }, 30_000);
});
