import { describe, expect, it } from '@jest/globals';
import type { Delivery } from '../../src/pubsub/delivery/backlog.ts';
import { pushRequest } from '../../src/pubsub/push/push-request.ts';
import { message } from './backlog-fixture.ts';

const SUBSCRIPTION = 'projects/p/subscriptions/s';
const ENDPOINT = 'http://127.0.0.1:8081/';
const PUBLISHED = '2026-01-02T03:04:05.678Z';

function delivery(fields: Parameters<typeof message>[1] = {}, deliveryAttempt?: number): Delivery {
  const published = { publishTimeMs: Date.parse(PUBLISHED), ...fields };
  return { ackId: 'x', message: message('17', published), deliveryAttempt };
}

describe('a wrapped push', () => {
  it('names ids and times twice, and the attempt and the ordering key when there are any', () => {
    const full = delivery({ data: Buffer.from('hi'), attributes: { a: '1' }, orderingKey: 'k' }, 3);

    const { body, headers } = pushRequest(SUBSCRIPTION, { pushEndpoint: ENDPOINT }, full, 0);

    expect(JSON.parse(body.toString())).toEqual({
      message: {
        attributes: { a: '1' },
        data: 'aGk=',
        messageId: '17',
        message_id: '17',
        orderingKey: 'k',
        publishTime: PUBLISHED,
        publish_time: PUBLISHED,
      },
      subscription: SUBSCRIPTION,
      deliveryAttempt: 3,
    });
    expect(headers['content-type']).toBe('application/json');
  });

  it('leaves out what there is not', () => {
    const bare = delivery({ data: Buffer.alloc(0), attributes: { a: '1' } });

    const { body, headers } = pushRequest(SUBSCRIPTION, { pushEndpoint: ENDPOINT }, bare, 0);

    expect(JSON.parse(body.toString())).toEqual({
      message: {
        attributes: { a: '1' },
        messageId: '17',
        message_id: '17',
        publishTime: PUBLISHED,
        publish_time: PUBLISHED,
      },
      subscription: SUBSCRIPTION,
    });
    expect(headers).not.toHaveProperty('authorization');
  });
});

describe('an unwrapped push', () => {
  it('is the payload, with attributes and metadata as headers when asked', () => {
    const attributes = { 'ce-type': 'x', Site: 'north', 'not a header': 'x', host: 'evil', bad: 'a\nb' };
    const config = { pushEndpoint: ENDPOINT, noWrapper: { writeMetadata: true } };

    const { body, headers } = pushRequest(
      SUBSCRIPTION,
      config,
      delivery({ attributes, orderingKey: 'k' }, 2),
      0,
    );

    expect(body.toString()).toBe('17');
    expect(headers).toEqual({
      'user-agent': 'CloudPubSub-Google',
      'ce-type': 'x',
      site: 'north',
      'x-goog-pubsub-subscription-name': SUBSCRIPTION,
      'x-goog-pubsub-message-id': '17',
      'x-goog-pubsub-publish-time': PUBLISHED,
      'x-goog-pubsub-ordering-key': 'k',
      'x-goog-pubsub-delivery-attempt': '2',
    });
  });

  it('is the payload alone otherwise', () => {
    const config = { pushEndpoint: ENDPOINT, noWrapper: {} };

    const { body, headers } = pushRequest(SUBSCRIPTION, config, delivery({ attributes: { a: '1' } }), 0);

    expect(body.toString()).toBe('17');
    expect(headers).toEqual({ 'user-agent': 'CloudPubSub-Google' });
  });
});

describe('an authenticated push', () => {
  const claimsOf = (audience?: string): Record<string, unknown> => {
    const oidcToken = { serviceAccountEmail: 'pusher@p.iam', ...(audience !== undefined && { audience }) };
    const { headers } = pushRequest(SUBSCRIPTION, { pushEndpoint: ENDPOINT, oidcToken }, delivery(), 5_000);
    const [header, claims, signature] = (headers['authorization'] ?? '').replace('Bearer ', '').split('.');
    expect(JSON.parse(Buffer.from(header ?? '', 'base64url').toString())).toEqual({
      alg: 'none',
      typ: 'JWT',
    });
    expect(signature).toBe('');
    return JSON.parse(Buffer.from(claims ?? '', 'base64url').toString()) as Record<string, unknown>;
  };

  it('carries an unsigned token that names account and audience for an hour', () => {
    expect(claimsOf('https://worker')).toMatchObject({
      aud: 'https://worker',
      email: 'pusher@p.iam',
      email_verified: true,
      iss: 'https://accounts.google.com',
      iat: 5,
      exp: 3605,
    });
  });

  it('has the endpoint as audience when none is given', () => {
    expect(claimsOf()).toMatchObject({ aud: ENDPOINT });
  });
});
