import { readFileSync } from 'node:fs';
import { parsePolicy, type Binding, type Policy } from '../../emulator/src/iam/policy.ts';
import { accountOf, type FunctionName } from './function-accounts.ts';

/** What a deployment may allow beside what it does by default, as `terraform/rights.tf` reads it from the settings. */
export interface RightOptions {
  readonly afterStore?: 'keep' | 'delete' | 'archive';
  readonly allowOverwrite?: boolean;
  /** Where export may write instead of `gs://exports/`, as in EXPORT_DESTINATIONS. */
  readonly destination?: string;
}

/** The file that the local stack is given to look at the functions' rights: `npm start -- --iam FILE`. */
export const DEPLOYED_RIGHTS = 'emulator/iam/deployed.json';

/** The rights that `terraform/` gives the functions, as the local stack takes them. */
export function deployedRights(): Policy {
  return parsePolicy(JSON.parse(readFileSync(new URL(`../../${DEPLOYED_RIGHTS}`, import.meta.url), 'utf8')));
}

/** The same in a `LocalProject`, whose topics have shorter names. */
export function projectRights({
  afterStore = 'keep',
  allowOverwrite,
  destination,
}: RightOptions = {}): Policy {
  const bindings = deployedRights().bindings.map((binding) => ({
    ...binding,
    resource: binding.resource.replace('topics/dicom-', 'topics/'),
  }));
  const isElsewhere = destination !== undefined;
  return {
    bindings: [
      ...bindings.filter(({ resource }) => !(isElsewhere && resource === 'projects/_/buckets/exports')),
      ...(isElsewhere ? destinationRights(destination) : []),
      ...(allowOverwrite === true ? [below(destination ?? 'gs://exports/', ['delete'])] : []),
      ...(afterStore === 'keep' ? [] : [objectRights('ingest', 'inbox', ['delete'])]),
      ...(afterStore === 'archive' ? [objectRights('ingest', 'archive', ['create'])] : []),
    ],
  };
}

/** A condition on the names of objects never holds for the bucket, so that listing is given without one. */
function destinationRights(uri: string): Binding[] {
  const writing = below(uri, ['create', 'get']);
  return [writing, objectRights('export', writing.resource.replace(/^.*\//, ''), ['list'])];
}

/** Rights of export on the objects of a destination. */
function below(uri: string, verbs: readonly ObjectVerb[]): Binding {
  const [, bucket = '', objectPrefix = ''] = /^gs:\/\/([^/]+)\/(.*)$/.exec(uri) ?? [];
  const rights = objectRights('export', bucket, verbs);
  return objectPrefix === '' ? rights : { ...rights, objectPrefix };
}

type ObjectVerb = 'create' | 'delete' | 'get' | 'list';

function objectRights(name: FunctionName, bucket: string, verbs: readonly ObjectVerb[]): Binding {
  return {
    member: `serviceAccount:${accountOf(name)}`,
    resource: `projects/_/buckets/${bucket}`,
    permissions: verbs.map((verb) => `storage.objects.${verb}` as const),
  };
}

/** A right of a function, by itself. */
export interface SingleRight extends Pick<Binding, 'resource' | 'objectPrefix'> {
  readonly permission: Binding['permissions'][number];
}

/** Every right of a function. */
export function rightsOf(name: FunctionName, { bindings }: Policy): SingleRight[] {
  return bindings
    .filter(({ member }) => member === `serviceAccount:${accountOf(name)}`)
    .flatMap(({ permissions, resource, objectPrefix }) =>
      permissions.map((permission) => ({
        resource,
        permission,
        ...(objectPrefix === undefined ? {} : { objectPrefix }),
      })),
    );
}

/** Rights by name, as rows of a table. */
export function titled(rights: readonly SingleRight[]): [string, SingleRight][] {
  return rights.map((right) => [`${right.permission} on ${right.resource.replace(/^.*\//, '')}`, right]);
}

/** Whether a function has been given a right: on the resource itself, or on what it is below. */
export function isGiven(name: FunctionName, permission: string, resource: string, policy: Policy): boolean {
  return rightsOf(name, policy).some((right) => {
    if (right.permission !== permission) return false;
    if (right.objectPrefix !== undefined)
      return resource.startsWith(`${right.resource}/objects/${right.objectPrefix}`);
    return resource === right.resource || resource.startsWith(`${right.resource}/`);
  });
}

/** A policy in which a function lacks one right. */
export function without(name: FunctionName, lost: SingleRight, { bindings }: Policy): Policy {
  return {
    bindings: bindings.map((binding) =>
      binding.member === `serviceAccount:${accountOf(name)}` && binding.resource === lost.resource
        ? { ...binding, permissions: binding.permissions.filter((one) => one !== lost.permission) }
        : binding,
    ),
  };
}
