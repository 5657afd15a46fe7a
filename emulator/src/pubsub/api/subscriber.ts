import type { ActiveSubscription } from '../broker/active-subscription.ts';
import type { Broker } from '../broker/broker.ts';
import { pullOnce } from '../broker/pull-waiter.ts';
import type { Clock } from '../../clock.ts';
import { checkName, projectOf } from '../resources/names.ts';
import { changeSubscription, isPush, makeSubscription } from '../resources/subscription.ts';
import { StatusError } from '../status-error.ts';
import type { PushConfig, Subscription } from '../wire/messages.ts';
import { toCamelCase } from '../wire/proto-json.ts';
import { page } from './paging.ts';
import { receivedMessage } from './received-message.ts';
import type { Methods } from './unary.ts';

interface SubscriptionRequest {
  subscription?: string;
}

interface AckRequest extends SubscriptionRequest {
  ackIds?: string[];
  ackDeadlineSeconds?: number;
}

interface PullRequest extends SubscriptionRequest {
  maxMessages?: number;
  returnImmediately?: boolean;
}

/** google.pubsub.v1.Subscriber, but for StreamingPull. */
export function subscriberMethods(broker: Broker, clock: Clock, pullWaitMs: number): Methods {
  const named = (request: object): ActiveSubscription =>
    broker.subscription(checkName('subscriptions', (request as SubscriptionRequest).subscription));

  const change = async (
    active: ActiveSubscription,
    changes: Subscription,
    mask: string[],
  ): Promise<Subscription> => {
    const changed = changeSubscription(active.resource, changes, mask);
    return (await broker.changeSubscription(changed)).resource;
  };

  return {
    async CreateSubscription(request) {
      const subscription = makeSubscription(request as Subscription);
      return (await broker.createSubscription(subscription)).resource;
    },

    GetSubscription(request) {
      return Promise.resolve(named(request).resource);
    },

    async UpdateSubscription(request) {
      const { subscription, updateMask } = request as {
        subscription?: Subscription;
        updateMask?: { paths?: string[] };
      };
      const active = named({ subscription: subscription?.name });
      const mask = (updateMask?.paths ?? []).map(toCamelCase);
      return change(active, subscription ?? active.resource, mask);
    },

    async ModifyPushConfig(request) {
      const active = named(request);
      const { pushConfig = {} } = request as { pushConfig?: PushConfig };
      await change(active, { ...active.resource, pushConfig }, ['pushConfig']);
      return {};
    },

    ListSubscriptions(request) {
      const list = request as { project?: string; pageSize?: number; pageToken?: string };
      const subscriptions = broker.subscriptionsOf(projectOf(list.project ?? ''));
      const { items, nextPageToken } = page(subscriptions, ({ name }) => name, list);
      return Promise.resolve({ subscriptions: items, nextPageToken });
    },

    async DeleteSubscription(request) {
      await broker.deleteSubscription(named(request).resource.name);
      return {};
    },

    async Pull(request, { signal }) {
      const { maxMessages = 0, returnImmediately = false } = request as PullRequest;
      const active = pullable(named(request));
      if (maxMessages <= 0) {
        throw new StatusError('INVALID_ARGUMENT', 'max_messages must be positive.');
      }
      const waitMs = returnImmediately ? 0 : pullWaitMs;
      const deliveries = await pullOnce(active, { maxMessages, waitMs, signal }, clock);
      return { receivedMessages: deliveries.map(receivedMessage) };
    },

    Acknowledge(request) {
      const active = named(request);
      active.acknowledge(someAckIds(request));
      return Promise.resolve({});
    },

    ModifyAckDeadline(request) {
      const active = named(request);
      const { ackDeadlineSeconds = 0 } = request as AckRequest;
      active.modifyAckDeadline(someAckIds(request), ackDeadlineSeconds);
      return Promise.resolve({});
    },
  };
}

/** @throws StatusError FAILED_PRECONDITION when the subscription pushes or is detached. */
export function pullable(active: ActiveSubscription): ActiveSubscription {
  if (isPush(active.resource)) {
    throw new StatusError('FAILED_PRECONDITION', 'This method is not supported for this subscription type.');
  }
  if (active.resource.detached === true) {
    throw new StatusError('FAILED_PRECONDITION', 'The subscription is detached from its topic.');
  }
  return active;
}

function someAckIds(request: object): readonly string[] {
  const { ackIds = [] } = request as AckRequest;
  if (ackIds.length === 0) throw new StatusError('INVALID_ARGUMENT', 'No ack ids specified.');
  return ackIds;
}
