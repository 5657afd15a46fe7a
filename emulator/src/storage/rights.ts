import { GoogleError } from '../http/google-error.ts';
import type { Iam } from '../iam/iam.ts';
import type { Permission, Right } from '../iam/permissions.ts';
import { checkForWrite, type Preconditions } from './preconditions.ts';

/** What a request may do: nothing is refused where there is no policy. */
export interface Access {
  /** @throws GoogleError 403 */
  check(right: Right): void;
  /** What a 404 on an object is turned into for who may not list the bucket. */
  conceal(error: unknown, bucket: string): unknown;
}

type Part = (name: string) => string;

/** What a route takes before it is carried out, from the parts of its path. What a body names is checked where it is read. */
type Requirement = (part: Part) => readonly Right[];

const bucketName = (bucket: string): string => `projects/_/buckets/${bucket}`;
const objectName = (bucket: string, object: string): string => `${bucketName(bucket)}/objects/${object}`;

const onProject =
  (permission: Permission): Requirement =>
  () => [{ permission, resource: 'projects/_' }];
const onBucket =
  (permission: Permission): Requirement =>
  (part) => [{ permission, resource: bucketName(part('bucket')) }];
const onObject =
  (permission: Permission): Requirement =>
  (part) => [objectRight(permission, part('bucket'), part('object'))];
/** The destination's name is in the body or in the session, and so is checked where it is known. */
const later: Requirement = () => [];
const copying: Requirement = (part) => [
  objectRight('storage.objects.get', part('bucket'), part('object')),
  objectRight('storage.objects.create', part('toBucket'), part('toObject')),
];

export function objectRight(permission: Permission, bucket: string, object: string): Right {
  return { permission, resource: objectName(bucket, object) };
}

/**
 * What each method takes: "IAM permissions for JSON methods" and "… for XML methods"
 * (cloud.google.com/storage/docs/access-control/iam-json). Writing over an object takes `storage.objects.delete` as well, which is
 * {@link checkCreation}'s. The address of a resumable upload is itself the permission to go on with it ("Resumable uploads").
 */
export const STORAGE_RIGHTS: Readonly<Record<string, Requirement>> = {
  'POST /storage/v1/b': onProject('storage.buckets.create'),
  'GET /storage/v1/b': onProject('storage.buckets.list'),
  'GET /storage/v1/b/:bucket': onBucket('storage.buckets.get'),
  'PATCH /storage/v1/b/:bucket': onBucket('storage.buckets.update'),
  'PUT /storage/v1/b/:bucket': onBucket('storage.buckets.update'),
  'DELETE /storage/v1/b/:bucket': onBucket('storage.buckets.delete'),
  'POST /storage/v1/b/:bucket/notificationConfigs': onBucket('storage.buckets.update'),
  'GET /storage/v1/b/:bucket/notificationConfigs': onBucket('storage.buckets.get'),
  'GET /storage/v1/b/:bucket/notificationConfigs/:notification': onBucket('storage.buckets.get'),
  'DELETE /storage/v1/b/:bucket/notificationConfigs/:notification': onBucket('storage.buckets.update'),
  'GET /storage/v1/b/:bucket/o': onBucket('storage.objects.list'),
  'PATCH /storage/v1/b/:bucket/o/:object': onObject('storage.objects.update'),
  'PUT /storage/v1/b/:bucket/o/:object': onObject('storage.objects.update'),
  'DELETE /storage/v1/b/:bucket/o/:object': onObject('storage.objects.delete'),
  'POST /storage/v1/b/:bucket/o/:object/rewriteTo/b/:toBucket/o/:toObject': copying,
  'POST /storage/v1/b/:bucket/o/:object/copyTo/b/:toBucket/o/:toObject': copying,
  'POST /storage/v1/b/:bucket/o/:object/compose': onObject('storage.objects.create'),
  'POST /upload/storage/v1/b/:bucket/o': later,
  'PUT /upload/storage/v1/b/:bucket/o': later,
  'DELETE /upload/storage/v1/b/:bucket/o': later,
  'GET /storage/v1/b/:bucket/o/:object': onObject('storage.objects.get'),
  'HEAD /storage/v1/b/:bucket/o/:object': onObject('storage.objects.get'),
  'GET /download/storage/v1/b/:bucket/o/:object': onObject('storage.objects.get'),
  'GET /storage/v1/projects/:project/serviceAccount': (part) => [
    { permission: 'resourcemanager.projects.get', resource: `projects/${part('project')}` },
  ],
  'GET /:bucket/:object*': onObject('storage.objects.get'),
  'HEAD /:bucket/:object*': onObject('storage.objects.get'),
};

/** @param account who sends a request; undefined for who shows no token. */
export function makeAccess(iam: Iam | undefined, account: string | undefined): Access {
  const allows = (right: Right): boolean => iam === undefined || iam.allows(account, right);
  return {
    check(right) {
      if (!allows(right)) throw denied(account, right);
    },
    conceal(error, bucket) {
      if (!(error instanceof GoogleError) || error.httpStatus !== 404) return error;
      const right: Right = { permission: 'storage.objects.list', resource: bucketName(bucket) };
      return allows(right) ? error : denied(account, right);
    },
  };
}

/**
 * Whether an object may be made, as far as that is known.
 *
 * A precondition that does not hold is answered before the missing right to write over what is there: an assumption
 * (docs/field-notes.md).
 *
 * @param current what is there now.
 * @throws GoogleError 412 or 403
 */
export function checkCreation(
  access: Access,
  { bucket, name, preconditions }: { bucket: string; name: string; preconditions: Preconditions },
  current: { readonly generation: number; readonly metageneration: number } | undefined,
): void {
  access.check(objectRight('storage.objects.create', bucket, name));
  checkForWrite(preconditions, current);
  if (current !== undefined) access.check(objectRight('storage.objects.delete', bucket, name));
}

/** As Cloud Storage words it. Who shows no token is asked for one. */
function denied(account: string | undefined, { permission, resource }: Right): GoogleError {
  const kind = resource.includes('/objects/') ? 'object' : 'bucket';
  return new GoogleError(
    account === undefined ? 401 : 403,
    `${account ?? 'Anonymous caller'} does not have ${permission} access to the Google Cloud Storage ${kind}. ` +
      `Permission '${permission}' denied on resource (or it may not exist).`,
    account === undefined ? 'required' : 'forbidden',
  );
}
