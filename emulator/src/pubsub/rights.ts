import type { Iam } from '../iam/iam.ts';
import type { Permission, Right } from '../iam/permissions.ts';
import type { Methods } from './api/unary.ts';
import { StatusError } from './status-error.ts';

type Requirement = (request: Fields) => readonly Right[];

/** The fields that name resources, of all requests there are. */
interface Fields {
  readonly name?: string;
  readonly project?: string;
  readonly topic?: string | { readonly name?: string };
  readonly subscription?: string | { readonly name?: string };
}

const nameOf = (field: Fields['topic']): string => (typeof field === 'object' ? field.name : field) ?? '';
const projectOf = (resource: string): string => resource.split('/').slice(0, 2).join('/');

const onTopic =
  (permission: Permission): Requirement =>
  ({ topic }) => [{ permission, resource: nameOf(topic) }];
const onSubscription =
  (permission: Permission): Requirement =>
  ({ subscription }) => [{ permission, resource: nameOf(subscription) }];
const onProject =
  (permission: Permission): Requirement =>
  ({ project = '' }) => [{ permission, resource: project }];
const making =
  (permission: Permission): Requirement =>
  ({ name = '' }) => [{ permission, resource: projectOf(name) }];

/** What each method takes ("Access control with IAM: required permissions", cloud.google.com/pubsub/docs/access-control). */
export const PUBSUB_RIGHTS: Readonly<Record<string, Requirement>> = {
  CreateTopic: making('pubsub.topics.create'),
  UpdateTopic: onTopic('pubsub.topics.update'),
  Publish: onTopic('pubsub.topics.publish'),
  GetTopic: onTopic('pubsub.topics.get'),
  ListTopics: onProject('pubsub.topics.list'),
  ListTopicSubscriptions: onTopic('pubsub.topics.get'),
  DeleteTopic: onTopic('pubsub.topics.delete'),
  DetachSubscription: onSubscription('pubsub.topics.detachSubscription'),
  CreateSubscription: (request) => [
    ...making('pubsub.subscriptions.create')(request),
    ...onTopic('pubsub.topics.attachSubscription')(request),
  ],
  GetSubscription: onSubscription('pubsub.subscriptions.get'),
  UpdateSubscription: onSubscription('pubsub.subscriptions.update'),
  ModifyPushConfig: onSubscription('pubsub.subscriptions.update'),
  ListSubscriptions: onProject('pubsub.subscriptions.list'),
  DeleteSubscription: onSubscription('pubsub.subscriptions.delete'),
  Pull: onSubscription('pubsub.subscriptions.consume'),
  StreamingPull: onSubscription('pubsub.subscriptions.consume'),
  Acknowledge: onSubscription('pubsub.subscriptions.consume'),
  ModifyAckDeadline: onSubscription('pubsub.subscriptions.consume'),
};

/** @throws StatusError PERMISSION_DENIED; also for a method that is not listed, so that each new one has to be. */
export function checkRight(
  iam: Iam | undefined,
  account: string | undefined,
  method: string,
  request: object,
): void {
  if (iam === undefined) return;
  const rights = PUBSUB_RIGHTS[method]?.(request);
  if (rights?.every((right) => iam.allows(account, right)) !== true) {
    throw new StatusError('PERMISSION_DENIED', 'User not authorized to perform this action.');
  }
}

/** Methods that ask first whether the caller may. */
export function guarded(iam: Iam | undefined, methods: Methods): Methods {
  return Object.fromEntries(
    Object.entries(methods).map(([name, method]) => [
      name,
      async (request, context) => {
        checkRight(iam, context.account, name, request);
        return method(request, context);
      },
    ]),
  );
}
