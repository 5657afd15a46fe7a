import { readFileSync } from 'node:fs';
import { parsePolicy, type Binding, type Policy } from '../../emulator/src/iam/policy.ts';
import { accountOf, type FunctionName } from './function-accounts.ts';

/** What a deployment may allow beside what it does by default. */
interface Options {
  readonly afterStore?: 'delete' | 'archive';
  readonly allowOverwrite?: boolean;
}

/** The rights that `terraform/` gives the functions, as the local stack takes them. */
export function deployedRights(): Policy {
  return parsePolicy(
    JSON.parse(readFileSync(new URL('../../emulator/iam/deployed.json', import.meta.url), 'utf8')),
  );
}

/** The same in a `LocalProject`, whose topics have shorter names. */
export function projectRights({ afterStore, allowOverwrite = false }: Options = {}): Policy {
  const bindings = deployedRights().bindings.map((binding) => ({
    ...binding,
    resource: binding.resource.replace('topics/dicom-', 'topics/'),
  }));
  return {
    bindings: [
      ...bindings,
      ...(afterStore === undefined ? [] : [objectRight('ingest', 'inbox', 'delete')]),
      ...(afterStore === 'archive' ? [objectRight('ingest', 'archive', 'create')] : []),
      ...(allowOverwrite ? [objectRight('export', 'exports', 'delete')] : []),
    ],
  };
}

function objectRight(name: FunctionName, bucket: string, verb: 'create' | 'delete'): Binding {
  return {
    member: `serviceAccount:${accountOf(name)}`,
    resource: `projects/_/buckets/${bucket}`,
    permissions: [`storage.objects.${verb}`],
  };
}

/** A right of a function, by itself. */
export interface SingleRight {
  readonly resource: string;
  readonly permission: Binding['permissions'][number];
}

/** Every right of a function. */
export function rightsOf(name: FunctionName, { bindings }: Policy): SingleRight[] {
  return bindings
    .filter(({ member }) => member === `serviceAccount:${accountOf(name)}`)
    .flatMap(({ resource, permissions }) => permissions.map((permission) => ({ resource, permission })));
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
