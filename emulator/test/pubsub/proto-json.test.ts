import { describe, expect, it } from '@jest/globals';
import { StatusError } from '../../src/pubsub/status-error.ts';
import { fromJson, toJson } from '../../src/pubsub/wire/proto-json.ts';

describe('the JSON form of messages', () => {
  it('is read into durations, times, bytes, maps and lists, in camel case and in snake case', () => {
    const read = fromJson('Subscription', {
      name: 'n',
      ack_deadline_seconds: '20',
      retryPolicy: { minimumBackoff: '1.5s', maximum_backoff: '600s' },
      labels: { ttl: 'not a duration' },
      enableMessageOrdering: true,
      filter: null,
      expirationPolicy: {},
    });

    expect(read).toEqual({
      name: 'n',
      ackDeadlineSeconds: 20,
      retryPolicy: {
        minimumBackoff: { seconds: 1, nanos: 500_000_000 },
        maximumBackoff: { seconds: 600, nanos: 0 },
      },
      labels: { ttl: 'not a duration' },
      enableMessageOrdering: true,
      expirationPolicy: {},
    });
    expect(fromJson('PubsubMessage', { data: 'aGk_', publishTime: '2026-01-02T03:04:05.6Z' })).toEqual({
      data: Buffer.from('hi?'),
      publishTime: { seconds: Date.parse('2026-01-02T03:04:05Z') / 1000, nanos: 600_000_000 },
    });
    expect(fromJson('UpdateTopicRequest', { updateMask: 'labels,name' })).toEqual({
      updateMask: { paths: ['labels', 'name'] },
    });
  });

  it('is written without defaults, but with empty messages', () => {
    const written = toJson('Subscription', {
      name: 'n',
      filter: '',
      ackDeadlineSeconds: 0,
      expirationPolicy: {},
      messageRetentionDuration: { seconds: 90 },
      labels: { a: 'b' },
    });

    expect(written).toEqual({
      name: 'n',
      expirationPolicy: {},
      messageRetentionDuration: '90s',
      labels: { a: 'b' },
    });
    const received = { message: { data: Buffer.from('hi'), publishTime: { seconds: 0, nanos: 5_000_000 } } };
    expect(toJson('PullResponse', { receivedMessages: [received] })).toEqual({
      receivedMessages: [{ message: { data: 'aGk=', publishTime: '1970-01-01T00:00:00.005Z' } }],
    });
  });

  it.each<[problem: string, type: string, json: unknown]>([
    ['an unknown field', 'Topic', { nmae: 'x' }],
    ['a name from the prototype', 'Topic', { constructor: 'x' }],
    ['a list for a message', 'Topic', []],
    ['a number for a string', 'Topic', { name: 1 }],
    ['a message for a list', 'PublishRequest', { messages: {} }],
    ['a list for a map', 'Topic', { labels: [] }],
    ['bytes that are not base64', 'PubsubMessage', { data: '!!' }],
    ['a fraction for an integer', 'Subscription', { ackDeadlineSeconds: 1.5 }],
    ['a duration without its unit', 'Topic', { messageRetentionDuration: '600' }],
    ['a time without its zone', 'SeekRequest', { time: '2026-01-02T03:04:05' }],
    ['an unknown enum value', 'Topic', { state: 'BROKEN' }],
  ])('is refused with %s', (_, type, json) => {
    expect(() => fromJson(type, json)).toThrow(StatusError);
  });
});
