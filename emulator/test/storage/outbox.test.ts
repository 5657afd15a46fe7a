import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Catalog } from '../../src/storage/catalog.ts';
import { Outbox } from '../../src/storage/outbox.ts';
import type { PendingEvent } from '../../src/storage/records.ts';

describe('outbox', () => {
  let directory: string;
  let catalog: Catalog;
  const warnings: string[] = [];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'outbox-'));
    catalog = await Catalog.open(directory, Date.now);
    warnings.length = 0;
  });
  afterEach(async () => {
    catalog.close();
    await rm(directory, { recursive: true });
  });

  const event = (id: string): PendingEvent => ({ id, topic: `topics/${id}`, attributes: { id }, data: '{}' });
  const outboxWith = (publish: (topic: string) => Promise<void>): Outbox =>
    new Outbox({ catalog, publish, retryDelayMs: 1, warn: (message) => warnings.push(message) });
  const pending = (): string[] => catalog.pendingEvents().map(({ id }) => id);

  it('forgets an event once it has been accepted, and not before', async () => {
    const accept = Promise.withResolvers<undefined>();
    const outbox = outboxWith(() => accept.promise.then(() => undefined));
    catalog.commit({ events: [event('a')] });
    const delivered = outbox.deliver([event('a')]);
    expect(pending()).toEqual(['a']);
    accept.resolve(undefined);
    await delivered;
    expect(pending()).toEqual([]);
  });

  it('tries one refused event again without holding up the others', async () => {
    const attempts: string[] = [];
    const accepted = Promise.withResolvers<undefined>();
    const outbox = outboxWith((topic) => {
      attempts.push(topic);
      if (topic === 'topics/bad' && attempts.length < 5) return Promise.reject(new Error('not now'));
      if (topic === 'topics/bad') accepted.resolve(undefined);
      return Promise.resolve();
    });
    const events = [event('bad'), event('good')];
    catalog.commit({ events });
    await outbox.deliver(events);
    expect(pending()).toEqual(['bad']);
    expect(warnings).toHaveLength(1);
    await accepted.promise;
    await until(() => pending().length === 0);
    expect(attempts).toEqual(['topics/bad', 'topics/good', 'topics/bad', 'topics/bad', 'topics/bad']);
    outbox.close();
  });

  it('does not wait for a topic that hangs once it is closed, and keeps the event', async () => {
    const outbox = outboxWith(() => new Promise(() => undefined));
    catalog.commit({ events: [event('a')] });
    const delivered = outbox.deliver([event('a')]);
    outbox.close();
    await delivered;
    expect(pending()).toEqual(['a']);
    expect(warnings).toEqual([]);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
