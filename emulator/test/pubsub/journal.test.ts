import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal } from '../../src/pubsub/journal/journal.ts';
import type { JournalRecord } from '../../src/pubsub/journal/records.ts';
import { message } from './backlog-fixture.ts';

const SUBSCRIPTION = 'projects/p/subscriptions/sub';
const CREATED: JournalRecord = {
  op: 'subscription',
  subscription: { name: SUBSCRIPTION, topic: 'projects/p/topics/top' },
};

function published(id: string, data = Buffer.from([0, 255, 10])): JournalRecord {
  const stored = message(id, { data, attributes: { a: 'ä' }, orderingKey: 'k', publishTimeMs: 12 });
  return { op: 'message', message: stored, to: [{ subscription: SUBSCRIPTION, failures: 0 }] };
}

describe('the journal', () => {
  let directory: string;
  const file = (): string => join(directory, 'journal.jsonl');

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pubsub-journal-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function write(records: readonly JournalRecord[]): Promise<void> {
    const journal = await Journal.start(directory, () => []);
    await Promise.all(records.map((record) => journal.append(record)));
    await journal.close();
  }

  it('brings messages back as they were, without those that were settled', async () => {
    await write([
      { op: 'topic', topic: { name: 'projects/p/topics/top' } },
      CREATED,
      published('1'),
      published('2'),
      { op: 'failed', subscription: SUBSCRIPTION, id: '2', failures: 3 },
      { op: 'settled', subscription: SUBSCRIPTION, id: '1' },
    ]);

    const { topics, subscriptions } = await Journal.read(directory);

    expect([...topics.keys()]).toEqual(['projects/p/topics/top']);
    const [entry, ...others] = subscriptions.get(SUBSCRIPTION)?.messages.values() ?? [];
    expect(others).toEqual([]);
    expect(entry).toEqual({
      message: message('2', {
        data: Buffer.from([0, 255, 10]),
        attributes: { a: 'ä' },
        orderingKey: 'k',
        publishTimeMs: 12,
      }),
      failures: 3,
    });
  });

  it('forgets deleted topics and subscriptions', async () => {
    await write([
      { op: 'topic', topic: { name: 'projects/p/topics/top' } },
      CREATED,
      published('1'),
      { op: 'topic-deleted', name: 'projects/p/topics/top' },
      { op: 'subscription-deleted', name: SUBSCRIPTION },
    ]);

    const { topics, subscriptions } = await Journal.read(directory);

    expect(topics.size).toBe(0);
    expect(subscriptions.size).toBe(0);
  });

  it('ignores a last line that was cut short', async () => {
    await write([CREATED, published('1')]);
    await appendFile(file(), '{"op":"message","mess');

    const { subscriptions } = await Journal.read(directory);

    expect(subscriptions.get(SUBSCRIPTION)?.messages.size).toBe(1);
  });

  it('refuses a file that is damaged in the middle, and names the line', async () => {
    await write([CREATED, published('1')]);
    const lines = (await readFile(file(), 'utf8')).split('\n');
    lines[1] = '{"op"';
    await writeFile(file(), lines.join('\n'));

    await expect(Journal.read(directory)).rejects.toThrow(/journal\.jsonl is damaged at line 2/);
  });

  it('refuses a file of another kind', async () => {
    await writeFile(file(), '{"format":"other"}\n{}\n');

    await expect(Journal.read(directory)).rejects.toThrow(/not a journal of this version/);
  });

  it('is rewritten from the current state when it has grown, so that its size follows what is undelivered', async () => {
    const journal = await Journal.start(directory, () => [CREATED, published('kept')]);
    const large = Buffer.alloc(1_000_000);
    for (let index = 0; index < 20; index += 1) await journal.append(published(String(index), large));
    await journal.close();

    const { subscriptions } = await Journal.read(directory);
    expect(subscriptions.get(SUBSCRIPTION)?.messages.has('kept')).toBe(true);
    expect((await stat(file())).size).toBeLessThan(17 * 1024 * 1024);
    expect(await readdir(directory)).toEqual(['journal.jsonl']);
  });

  it('rejects every change once it cannot be written', async () => {
    const journal = await Journal.start(directory, () => []);
    await journal.close();

    await expect(journal.append(CREATED)).rejects.toThrow(/cannot be written/);
    await expect(journal.append(CREATED)).rejects.toThrow(/cannot be written/);
  });
});
