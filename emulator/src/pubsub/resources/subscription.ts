import { parseFilter } from '../delivery/filter-parser.ts';
import { StatusError } from '../status-error.ts';
import type { PushConfig, Subscription } from '../wire/messages.ts';
import { checkDuration, DAY_SECONDS } from './bounds.ts';
import { checkName, DELETED_TOPIC } from './names.ts';
import { checkMask, isEmpty, pick } from './topic.ts';

const SETTLED_HERE = new Set([
  'name',
  'topic',
  'pushConfig',
  'ackDeadlineSeconds',
  'retainAckedMessages',
  'messageRetentionDuration',
  'labels',
  'enableMessageOrdering',
  'expirationPolicy',
  'filter',
  'deadLetterPolicy',
  'retryPolicy',
  'detached',
  'state',
]);

const CHANGEABLE: ReadonlySet<string> = new Set([
  'pushConfig',
  'ackDeadlineSeconds',
  'retainAckedMessages',
  'messageRetentionDuration',
  'labels',
  'expirationPolicy',
  'deadLetterPolicy',
  'retryPolicy',
]);

/**
 * A subscription as it is kept, with Google's defaults filled in, from a request to create one.
 *
 * @throws StatusError INVALID_ARGUMENT or OUT_OF_RANGE for wrong values, UNIMPLEMENTED for features that are
 * not offered: those whose silent absence would change what is delivered.
 */
export function makeSubscription(request: Subscription): Subscription {
  checkName('subscriptions', request.name);
  if (request.topic !== DELETED_TOPIC) checkName('topics', request.topic);
  for (const [field, value] of Object.entries(request)) {
    if (SETTLED_HERE.has(field) || value === undefined || isEmpty(value)) continue;
    throw new StatusError('UNIMPLEMENTED', `Subscriptions with ${field} are not offered by this stand-in.`);
  }
  parseFilter(request.filter ?? '');
  return {
    ...request,
    pushConfig: checkPushConfig(request.pushConfig ?? {}),
    ackDeadlineSeconds: checkAckDeadline(request.ackDeadlineSeconds ?? 0),
    messageRetentionDuration: checkDuration(
      'message_retention_duration',
      request.messageRetentionDuration ?? { seconds: 7 * DAY_SECONDS },
      600,
      31 * DAY_SECONDS,
    ),
    expirationPolicy: checkExpiration(request.expirationPolicy ?? { ttl: { seconds: 31 * DAY_SECONDS } }),
    ...(request.deadLetterPolicy && { deadLetterPolicy: checkDeadLetter(request.deadLetterPolicy) }),
    ...(request.retryPolicy && { retryPolicy: checkRetry(request.retryPolicy) }),
    state: 'ACTIVE',
  };
}

/** A subscription with the masked fields taken from `change`. */
export function changeSubscription(
  subscription: Subscription,
  change: Subscription,
  mask: readonly string[],
): Subscription {
  checkMask('Subscription', mask, CHANGEABLE);
  return makeSubscription({ ...subscription, ...pick(change, mask) });
}

/** @throws StatusError INVALID_ARGUMENT when the endpoint is not an HTTP or HTTPS URL. */
function checkPushConfig(config: PushConfig): PushConfig {
  const endpoint = config.pushEndpoint ?? '';
  if (endpoint === '') return config;
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) {
    throw new StatusError('INVALID_ARGUMENT', `Unsupported push_endpoint (push_endpoint=${endpoint})`);
  }
  const token = config.oidcToken;
  if (token !== undefined && (token.serviceAccountEmail ?? '') === '') {
    throw new StatusError('INVALID_ARGUMENT', 'An oidc_token needs a service_account_email.');
  }
  return config;
}

export function isPush(subscription: Subscription): boolean {
  return (subscription.pushConfig?.pushEndpoint ?? '') !== '';
}

/** Seconds, 10 by default. For a push subscription it is also the time-out of the request. */
function checkAckDeadline(seconds: number): number {
  if (seconds === 0) return 10;
  if (seconds >= 10 && seconds <= 600) return seconds;
  throw new StatusError(
    'INVALID_ARGUMENT',
    `Invalid ack deadline given: ${seconds} seconds; it must be between 10 and 600.`,
  );
}

function checkExpiration(
  policy: NonNullable<Subscription['expirationPolicy']>,
): NonNullable<Subscription['expirationPolicy']> {
  // A policy without ttl means: never expires.
  if (policy.ttl !== undefined) checkDuration('ttl', policy.ttl, DAY_SECONDS, Infinity);
  return policy;
}

function checkDeadLetter(
  policy: NonNullable<Subscription['deadLetterPolicy']>,
): NonNullable<Subscription['deadLetterPolicy']> {
  const attempts = policy.maxDeliveryAttempts ?? 0;
  checkName('topics', policy.deadLetterTopic);
  if (attempts !== 0 && (attempts < 5 || attempts > 100)) {
    throw new StatusError(
      'OUT_OF_RANGE',
      `The value for max_delivery_attempts is ${attempts}, but it must be between 5 and 100.`,
    );
  }
  return { ...policy, maxDeliveryAttempts: attempts === 0 ? 5 : attempts };
}

function checkRetry(
  policy: NonNullable<Subscription['retryPolicy']>,
): NonNullable<Subscription['retryPolicy']> {
  const minimumBackoff = checkDuration('minimum_backoff', policy.minimumBackoff ?? { seconds: 10 }, 0, 600);
  const maximumBackoff = checkDuration('maximum_backoff', policy.maximumBackoff ?? { seconds: 600 }, 0, 600);
  return { minimumBackoff, maximumBackoff };
}
