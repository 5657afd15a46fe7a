import { describe, expect, it } from '@jest/globals';
import { makeExport } from '../../../src/functions/export.ts';
import { COMMAND, ExportWorld, makeInstances } from '../../support/export-world.ts';
import { statusOf } from '../../support/push.ts';

const deliver = (world: ExportWorld, body: unknown): Promise<number> => {
  const { clock, logger, deps } = world;
  const handler = makeExport({ clock, logger, projectId: 'p', timeLimitMs: 60_000, export: deps });
  return statusOf(handler, { headers: {}, body });
};
const push = (world: ExportWorld, content: unknown): object => ({
  message: {
    messageId: '7',
    publishTime: new Date(world.clock.now()).toISOString(),
    data: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)).toString('base64'),
  },
});

describe('the export function', () => {
  it('plans a command, and does the slices that it publishes to itself', async () => {
    const world = new ExportWorld();
    makeInstances(5).forEach((uids) => world.put(uids));
    expect(await deliver(world, push(world, COMMAND))).toBe(204);
    for (const slice of world.slices.messages) expect(await deliver(world, push(world, slice))).toBe(204);
    expect(world.report).toMatchObject({ status: 'complete', counts: { exported: 5 } });
  });

  it.each([
    ['no JSON', '{'],
    ['no command', '[]'],
    ['a slice that names none', { action: 'export-slice', id: 'trial', slice: -1 }],
    [
      'a slice with more in it',
      { action: 'export-slice', id: 'trial', slice: 0, destination: 'gs://inbox/' },
    ],
  ])('acknowledges %s with a report that refuses it', async (_name, content) => {
    const world = new ExportWorld();
    expect(await deliver(world, push(world, content))).toBe(204);
    expect(world.report).toMatchObject({ status: 'failed', reportId: 'export:refused:7' });
  });

  it('gives back what is no push of Pub/Sub', async () => {
    const world = new ExportWorld();
    expect(await deliver(world, { hello: 'world' })).toBe(500);
    expect(world.reports).toEqual([]);
  });
});
