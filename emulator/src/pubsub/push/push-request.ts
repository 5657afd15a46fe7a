import type { Delivery } from '../delivery/backlog.ts';
import type { PushConfig } from '../wire/messages.ts';
import { oidcToken } from './oidc-token.ts';

/** One push as it goes over the wire. */
export interface PushRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** @param now milliseconds, for the token. */
export function pushRequest(
  subscription: string,
  config: PushConfig,
  delivery: Delivery,
  now: number,
): PushRequest {
  const token = oidcToken(config, now);
  const common = {
    'user-agent': 'CloudPubSub-Google',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  return config.noWrapper === undefined
    ? wrapped(subscription, delivery, common)
    : unwrapped(subscription, config.noWrapper.writeMetadata === true, delivery, common);
}

type Headers = Readonly<Record<string, string>>;

/** The JSON form. Ids and times appear under two names, as on the real service. */
function wrapped(subscription: string, delivery: Delivery, common: Headers): PushRequest {
  const { message, deliveryAttempt } = delivery;
  const publishTime = new Date(message.publishTimeMs).toISOString();
  const body = {
    message: {
      attributes: message.attributes,
      ...(message.data.length > 0 && { data: message.data.toString('base64') }),
      messageId: message.id,
      message_id: message.id,
      ...(message.orderingKey !== '' && { orderingKey: message.orderingKey }),
      publishTime,
      publish_time: publishTime,
    },
    subscription,
    ...(deliveryAttempt !== undefined && { deliveryAttempt }),
  };
  return {
    headers: { ...common, 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** The payload as it is; with `writeMetadata`, attributes and metadata as headers. */
function unwrapped(
  subscription: string,
  writeMetadata: boolean,
  delivery: Delivery,
  common: Headers,
): PushRequest {
  const { message, deliveryAttempt } = delivery;
  if (!writeMetadata) return { headers: common, body: message.data };
  const attributes = Object.entries(message.attributes)
    .map(([key, value]) => [key.toLowerCase(), value] as const)
    .filter(([key, value]) => isHeader(key, value) && !RESERVED.test(key));
  return {
    headers: {
      ...Object.fromEntries(attributes),
      ...common,
      'x-goog-pubsub-subscription-name': subscription,
      'x-goog-pubsub-message-id': message.id,
      'x-goog-pubsub-publish-time': new Date(message.publishTimeMs).toISOString(),
      ...(message.orderingKey !== '' &&
        isHeader('x', message.orderingKey) && { 'x-goog-pubsub-ordering-key': message.orderingKey }),
      ...(deliveryAttempt !== undefined && {
        'x-goog-pubsub-delivery-attempt': String(deliveryAttempt),
      }),
    },
    body: message.data,
  };
}

/** Headers that belong to the request itself and not to the message. */
const RESERVED =
  /^(?:host|content-length|connection|keep-alive|transfer-encoding|te|trailer|upgrade|expect|authorization|proxy-.*|x-goog-pubsub-.*)$/;

/** Attributes that HTTP cannot carry stay out. */
function isHeader(name: string, value: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}
