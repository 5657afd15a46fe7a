import { describe, expect, it } from '@jest/globals';
import type { LetterFilter } from '../../../../tools/replay/choose-letter.ts';
import type { OutgoingMessage, ReceivedLetter } from '../../../../tools/replay/dead-letter.ts';
import { RefusedMessage, type LetterService } from '../../../../tools/replay/letter-service.ts';
import { makePace, type ReplayClock } from '../../../../tools/replay/pace.ts';
import { replayLetters, type LetterEnd, type LetterRun } from '../../../../tools/replay/replay-letters.ts';

const NOW = Date.parse('2026-11-27T12:00:00Z');
const DAY_MS = 86_400_000;
const ALL: LetterFilter = { only: undefined, cause: undefined, commandAgeMs: DAY_MS, givesIds: false };
const SOURCE = {
  CloudPubSubDeadLetterSourceSubscription: 'delete',
  CloudPubSubDeadLetterSourceSubscriptionProject: 'p',
  CloudPubSubDeadLetterSourceDeliveryCount: '100',
  CloudPubSubDeadLetterSourceTopicPublishTime: '2026-11-27T10:00:00.000Z',
};

class VirtualClock implements ReplayClock {
  readonly sleeps: number[] = [];
  #now = NOW;
  now = (): number => this.#now;
  sleep = (ms: number): Promise<void> => {
    this.sleeps.push(ms);
    this.#now += ms;
    return Promise.resolve();
  };
}

/** A dead-letter subscription whose leases never pass by themselves. */
class FakeLetters implements LetterService {
  readonly published: OutgoingMessage[] = [];
  readonly acknowledged: string[] = [];
  readonly #ready: ReceivedLetter[];
  readonly #leased = new Map<string, ReceivedLetter>();
  /** Called with each publish; may throw. */
  beforePublish: (messages: readonly OutgoingMessage[]) => void = () => undefined;

  constructor(letters: readonly ReceivedLetter[]) {
    this.#ready = [...letters];
  }

  /** The ids of what anybody could pull now. */
  get left(): string[] {
    return this.#ready.map(({ messageId }) => messageId).sort();
  }

  pull(most: number): Promise<readonly ReceivedLetter[]> {
    const pulled = this.#ready.splice(0, most);
    for (const letter of pulled) this.#leased.set(letter.ackId, letter);
    return Promise.resolve(pulled);
  }

  extend(ackIds: readonly string[], seconds: number): Promise<void> {
    for (const ackId of seconds === 0 ? ackIds : []) {
      const letter = this.#leased.get(ackId);
      if (letter !== undefined) this.#ready.push(letter);
      this.#leased.delete(ackId);
    }
    return Promise.resolve();
  }

  acknowledge(ackIds: readonly string[]): Promise<void> {
    this.acknowledged.push(...ackIds);
    for (const ackId of ackIds) this.#leased.delete(ackId);
    return Promise.resolve();
  }

  topicOf(source: string): Promise<string> {
    return Promise.resolve(source.replace('subscriptions', 'topics'));
  }

  publish(_topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    this.beforePublish(messages);
    this.published.push(...messages);
    return Promise.resolve();
  }
}

function letter(messageId: string, content: object, attributes: Record<string, string> = {}): ReceivedLetter {
  return {
    ...{ messageId, ackId: messageId, orderingKey: 'key' },
    data: Buffer.from(JSON.stringify(content)),
    attributes: { ...SOURCE, own: 'kept', ...attributes },
  };
}
const ticks = (count: number): ReceivedLetter[] =>
  Array.from({ length: count }, (_, index) => letter(`t${index}`, { action: 'tick' }));

async function run(service: FakeLetters, changes: Partial<LetterRun> = {}) {
  const clock = new VirtualClock();
  const interrupted = changes.interrupted ?? new AbortController().signal;
  const ends: Record<string, LetterEnd> = {};
  const result = await replayLetters({
    ...{ service, filter: ALL, causes: new Map(), topic: undefined, perSecond: 10, most: Infinity },
    ...{
      isDry: false,
      waitMs: 1000,
      run: 'this-run',
      clock,
      pace: makePace(10, clock, interrupted),
      interrupted,
    },
    onLetter: ({ messageId }, end) => (ends[messageId] = end),
    ...changes,
  });
  return { ...result, ends, clock };
}

describe('replayLetters', () => {
  it('publishes a message as it was, with word of the replay, and then acknowledges it', async () => {
    const service = new FakeLetters([letter('m', { action: 'delete', id: 'a' })]);
    service.beforePublish = () => expect(service.acknowledged).toEqual([]);
    expect(await run(service)).toMatchObject({ sent: 1, notSent: 0, problems: [] });
    expect(service.published).toEqual([
      {
        data: Buffer.from('{"action":"delete","id":"a"}'),
        attributes: {
          own: 'kept',
          'dicom-courier-replay-run': 'this-run',
          'dicom-courier-replays': '1',
          'dicom-courier-first-published': '2026-11-27T10:00:00.000Z',
        },
        orderingKey: 'key',
      },
    ]);
    expect(service.acknowledged).toEqual(['m']);
    expect(service.left).toEqual([]);
  });

  it('sends nothing in a dry run, and gives everything back', async () => {
    const service = new FakeLetters(ticks(700));
    const { ends, sent } = await run(service, { isDry: true });
    expect(sent).toBe(0);
    expect(new Set(Object.values(ends))).toEqual(new Set(['send']));
    expect([service.left.length, service.published, service.acknowledged]).toEqual([700, [], []]);
  });

  it('acknowledges nothing of what could not be published, and sends nothing after it', async () => {
    const service = new FakeLetters(ticks(9));
    service.beforePublish = () => {
      if (service.published.length >= 3) throw new Error('unavailable');
    };
    const { sent, problems } = await run(service);
    expect([sent, problems]).toEqual([3, ['unavailable']]);
    expect(service.acknowledged).toEqual(['t0', 't1', 't2']);
    expect(service.left).toEqual(['t3', 't4', 't5', 't6', 't7', 't8']);
  });

  it('goes on past one that Pub/Sub will not have', async () => {
    const service = new FakeLetters([letter('bad', { bad: true }), ...ticks(2)]);
    service.beforePublish = (messages) => {
      if (messages.some(({ data }) => data.includes('bad'))) throw new RefusedMessage('too large');
    };
    const { sent, notSent, ends } = await run(service);
    expect([sent, notSent, ends['bad']]).toEqual([2, 1, 'refused']);
    expect(service.left).toEqual(['bad']);
  });

  it.each([
    ['of another kind', letter('m', { action: 'tick' }), { ...ALL, only: 'command' }, 'not chosen'],
    ['of another cause', letter('m', { action: 'tick' }), { ...ALL, cause: 'not-found' }, 'not chosen'],
    ['that failed again', letter('m', {}, { 'dicom-courier-replay-run': 'this-run' }), ALL, 'failed again'],
    [
      'that is an old command',
      letter('m', { action: 'export', id: 'a' }),
      { ...ALL, commandAgeMs: 1000 },
      'too old',
    ],
    [
      'that was an old command before it was replayed',
      letter('m', { action: 'delete', id: 'a' }, { 'dicom-courier-first-published': '2026-11-20T00:00:00Z' }),
      ALL,
      'too old',
    ],
    ['without an id', letter('m', { action: 'delete' }), ALL, 'without id'],
  ] as const)('leaves a message %s', async (_name, message, filter, end) => {
    const service = new FakeLetters([message]);
    const { ends, sent, notSent } = await run(service, { filter });
    expect([ends, sent, notSent]).toEqual([{ m: end }, 0, end === 'not chosen' ? 0 : 1]);
    expect([service.left, service.acknowledged]).toEqual([['m'], []]);
  });

  it('gives a command without an id the same one each time, where that is asked for', async () => {
    const service = new FakeLetters([letter('m', { action: 'delete' })]);
    await run(service, { filter: { ...ALL, givesIds: true } });
    expect(service.published[0]?.data.toString()).toBe('{"action":"delete","id":"replay-m"}');
  });

  it('keeps to the rate', async () => {
    const { clock } = await run(new FakeLetters(ticks(9)), { waitMs: 0 });
    expect(clock.sleeps).toEqual([300, 300]);
  });

  it('sends no more than it was told to', async () => {
    const service = new FakeLetters(ticks(9));
    expect((await run(service, { most: 4 })).sent).toBe(4);
    expect(service.left.length).toBe(5);
  });

  it('gives back what it has not sent when it is interrupted', async () => {
    const interrupted = new AbortController();
    const service = new FakeLetters(ticks(9));
    service.beforePublish = () => interrupted.abort(new Error('ended by SIGINT'));
    const { sent, problems } = await run(service, { interrupted: interrupted.signal });
    expect([sent, problems]).toEqual([3, ['ended by SIGINT']]);
    expect(service.left.length).toBe(6);
  });
});
