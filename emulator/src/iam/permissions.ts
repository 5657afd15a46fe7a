/**
 * Every permission that a method of the stand-ins asks for, under the name that Google gives it.
 *
 * Which method asks for which is said where the methods are: storage/rights.ts, healthcare/rights.ts, pubsub/rights.ts.
 */
const PERMISSIONS = [
  'storage.buckets.create',
  'storage.buckets.delete',
  'storage.buckets.get',
  'storage.buckets.list',
  'storage.buckets.update',
  'storage.objects.create',
  'storage.objects.delete',
  'storage.objects.get',
  'storage.objects.list',
  'storage.objects.update',
  'resourcemanager.projects.get',
  'healthcare.datasets.create',
  'healthcare.datasets.delete',
  'healthcare.datasets.get',
  'healthcare.datasets.list',
  'healthcare.dicomStores.create',
  'healthcare.dicomStores.delete',
  'healthcare.dicomStores.dicomWebDelete',
  'healthcare.dicomStores.dicomWebRead',
  'healthcare.dicomStores.dicomWebWrite',
  'healthcare.dicomStores.get',
  'healthcare.dicomStores.list',
  'healthcare.dicomStores.update',
  'healthcare.operations.cancel',
  'healthcare.operations.get',
  'healthcare.operations.list',
  'pubsub.subscriptions.consume',
  'pubsub.subscriptions.create',
  'pubsub.subscriptions.delete',
  'pubsub.subscriptions.get',
  'pubsub.subscriptions.list',
  'pubsub.subscriptions.update',
  'pubsub.topics.attachSubscription',
  'pubsub.topics.create',
  'pubsub.topics.delete',
  'pubsub.topics.detachSubscription',
  'pubsub.topics.get',
  'pubsub.topics.list',
  'pubsub.topics.publish',
  'pubsub.topics.update',
] as const;

export type Permission = (typeof PERMISSIONS)[number];

export function isPermission(name: unknown): name is Permission {
  return PERMISSIONS.some((known) => known === name);
}

/** A permission that a request takes, and on what. */
export interface Right {
  readonly permission: Permission;
  /** In full, e.g. `projects/_/buckets/inbox/objects/a.dcm`. */
  readonly resource: string;
}
