import { describe, expect, it } from '@jest/globals';
import { DAY_MS, makeBacklog, message, only } from './backlog-fixture.ts';

describe('the backlog of a subscription', () => {
  it('delivers a message once while it is leased, and never again once it is acknowledged', () => {
    const { backlog, removed, takeAll } = makeBacklog();
    backlog.add(message('a'));

    const delivery = only(takeAll(0));
    expect(takeAll(9_999)).toEqual([]);
    expect(backlog.acknowledge(delivery.ackId)).toBe(true);

    expect(takeAll(DAY_MS)).toEqual([]);
    expect(removed).toEqual(['a']);
    expect(backlog.size).toBe(0);
  });

  it('delivers again under a new ack id when the deadline has passed, and ignores the late acknowledgement', () => {
    const { backlog, takeAll } = makeBacklog();
    backlog.add(message('a'));
    const first = only(takeAll(0));

    const second = only(takeAll(10_000));

    expect(second.ackId).not.toBe(first.ackId);
    expect(backlog.acknowledge(first.ackId)).toBe(false);
    expect(backlog.size).toBe(1);
  });

  it('keeps a lease for as long as it is extended', () => {
    const { backlog, takeAll } = makeBacklog();
    backlog.add(message('a'));
    const { ackId } = only(takeAll(0));

    expect(backlog.extend(ackId, 60_000, 9_000)).toBe(true);

    expect(takeAll(68_999)).toEqual([]);
    expect(takeAll(69_000)).toHaveLength(1);
  });

  it('delivers a refused message again at once without a retry policy', () => {
    const { backlog, takeAll, idsAt } = makeBacklog();
    backlog.add(message('a'));

    backlog.refuse(only(takeAll(0)).ackId, 5);

    expect(idsAt(5)).toEqual(['a']);
  });

  it('waits twice as long after each failure, from the minimum to the maximum, for each message on its own', () => {
    const { backlog, takeAll } = makeBacklog({ retry: { minimumMs: 1_000, maximumMs: 5_000 } });
    backlog.add(message('a'));
    const waits: number[] = [];
    let now = 0;
    for (let round = 0; round < 5; round += 1) {
      backlog.refuse(only(takeAll(now)).ackId, now);
      waits.push((backlog.nextWakeAt() ?? NaN) - now);
      now = backlog.nextWakeAt() ?? NaN;
    }
    backlog.add(message('b'));

    expect(waits).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
    const fresh = takeAll(now).find((delivery) => delivery.message.id === 'b');
    backlog.refuse(fresh?.ackId ?? '', now);
    expect(backlog.nextWakeAt()).toBe(now + 1_000);
  });

  it('counts delivery attempts only under a dead-letter policy', () => {
    const without = makeBacklog();
    const within = makeBacklog({ deadLetter: { topic: 't', maxDeliveryAttempts: 5 } });
    for (const { backlog } of [without, within]) backlog.add(message('a'));

    expect(only(without.takeAll(0)).deliveryAttempt).toBeUndefined();
    expect(only(within.takeAll(0)).deliveryAttempt).toBe(1);
    expect(only(within.takeAll(10_000)).deliveryAttempt).toBe(2);
  });

  it('forwards a message to the dead-letter topic after its last attempt, whether refused or expired', () => {
    const { backlog, forwarded, removed, takeAll } = makeBacklog({
      deadLetter: { topic: 't', maxDeliveryAttempts: 5 },
    });
    backlog.add(message('a'));
    for (const now of [0, 1, 2, 3]) backlog.refuse(only(takeAll(now)).ackId, now);
    takeAll(4);

    expect(takeAll(20_000)).toEqual([]);
    expect(forwarded).toEqual([['a', 5]]);
    expect(removed).toEqual(['a']);
  });

  it('goes on delivering a message that cannot be forwarded', () => {
    const { backlog, takeAll, removed } = makeBacklog(
      { deadLetter: { topic: 'gone', maxDeliveryAttempts: 5 } },
      { canForward: () => false },
    );
    backlog.add(message('a'), 4);

    backlog.refuse(only(takeAll(0)).ackId, 0);

    expect(only(takeAll(0)).deliveryAttempt).toBe(6);
    expect(removed).toEqual([]);
  });

  it('drops a message at the end of its retention, even one that is leased', () => {
    const { backlog, removed, takeAll } = makeBacklog({ retentionMs: 600_000 });
    backlog.add(message('old'));
    backlog.add(message('new', { publishTimeMs: 1_000 }));
    const [old] = takeAll(599_000);

    expect(backlog.nextWakeAt()).toBe(600_000);
    backlog.advance(600_000);

    expect(removed).toEqual(['old']);
    expect(backlog.acknowledge(old?.ackId ?? '')).toBe(false);
    expect(backlog.size).toBe(1);
  });

  it('delivers an acknowledged message a second time when asked to deliver twice, and then no more', () => {
    const { backlog, removed, takeAll } = makeBacklog({}, { deliverTwice: true });
    backlog.add(message('a'));

    backlog.acknowledge(only(takeAll(0)).ackId);
    expect(removed).toEqual([]);
    backlog.acknowledge(only(takeAll(0)).ackId);

    expect(removed).toEqual(['a']);
    expect(takeAll(0)).toEqual([]);
  });

  it('does not count a delivery that was given back as a failure', () => {
    const { backlog, takeAll } = makeBacklog({ deadLetter: { topic: 't', maxDeliveryAttempts: 5 } });
    backlog.add(message('a'));

    backlog.giveBack(only(takeAll(0)).ackId);

    expect(only(takeAll(0)).deliveryAttempt).toBe(1);
  });

  it('gives no more messages and bytes than there is room for, but always at least one message', () => {
    const { backlog } = makeBacklog();
    const sizeBytes = message('a').sizeBytes;
    for (const id of ['a', 'b', 'c', 'd']) backlog.add(message(id));
    const ids = (messages: number, bytes: number): string[] =>
      backlog.take('h', { messages, bytes }, 1, 0).map((delivery) => delivery.message.id);

    expect(ids(0, Infinity)).toEqual([]);
    expect(ids(1, Infinity)).toEqual(['a']);
    expect(ids(3, 2 * sizeBytes)).toEqual(['b', 'c']);
    expect(ids(3, 1)).toEqual(['d']);
  });

  it('knows what each holder has not settled', () => {
    const { backlog } = makeBacklog();
    for (const id of ['a', 'b', 'c']) backlog.add(message(id));
    const [first] = backlog.take('one', { messages: 2, bytes: Infinity }, 10_000, 0);
    backlog.take('two', { messages: 1, bytes: Infinity }, 5_000, 0);

    backlog.acknowledge(first?.ackId ?? '');
    backlog.advance(5_000);

    expect(backlog.heldBy('one')).toEqual({ messages: 1, bytes: message('b').sizeBytes });
    expect(backlog.heldBy('two')).toEqual({ messages: 0, bytes: 0 });
  });
});

describe('the backlog of an ordered subscription', () => {
  const ordered = (id: string, orderingKey: string) => message(id, { orderingKey });

  it('holds messages of a key back until the one before is acknowledged, but not those of other keys', () => {
    const { backlog, takeAll, idsAt } = makeBacklog({ isOrdered: true });
    for (const id of ['a1', 'a2', 'b1']) backlog.add(ordered(id, id.charAt(0)));
    backlog.add(message('free'));

    const first = takeAll(0);
    expect(first.map((delivery) => delivery.message.id)).toEqual(['a1', 'b1', 'free']);

    backlog.acknowledge(first[0]?.ackId ?? '');
    expect(idsAt(0)).toEqual(['a2']);
  });

  it('delivers a refused message before its successors', () => {
    const { backlog, takeAll, idsAt } = makeBacklog({
      isOrdered: true,
      retry: { minimumMs: 1_000, maximumMs: 1_000 },
    });
    for (const id of ['a1', 'a2']) backlog.add(ordered(id, 'a'));

    backlog.refuse(only(takeAll(0)).ackId, 0);

    expect(idsAt(999)).toEqual([]);
    expect(idsAt(1_000)).toEqual(['a1']);
  });

  it('goes on with the next message of a key when one is dead-lettered or too old', () => {
    const { backlog, takeAll, idsAt, forwarded } = makeBacklog({
      isOrdered: true,
      retentionMs: 600_000,
      deadLetter: { topic: 't', maxDeliveryAttempts: 5 },
    });
    for (const [index, id] of ['a1', 'a2', 'a3'].entries()) {
      backlog.add(message(id, { orderingKey: 'a', publishTimeMs: index * 1_000 }), id === 'a1' ? 4 : 0);
    }

    backlog.refuse(only(takeAll(0)).ackId, 0);
    expect(forwarded).toEqual([['a1', 5]]);
    expect(idsAt(0)).toEqual(['a2']);

    expect(idsAt(601_000)).toEqual(['a3']);
  });
});
