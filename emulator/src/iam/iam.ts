import { DEVELOPER_ACCOUNT } from '../http/tokens.ts';
import type { Right } from './permissions.ts';
import type { Binding, Policy } from './policy.ts';

/**
 * Decides who may do what, for all stand-ins of a stack.
 *
 * Service accounts have what the policy gives them. The developer is the project's owner, and so is who shows no token: Google's
 * own clients send none to an emulator, and nobody could set anything up otherwise.
 */
export class Iam {
  #policy: Policy;

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  get policy(): Policy {
    return this.#policy;
  }

  /** Takes effect with the next request; Google's may take minutes. */
  replace(policy: Policy): void {
    this.#policy = policy;
  }

  allows(account: string | undefined, { permission, resource }: Right): boolean {
    if (account === undefined || account === DEVELOPER_ACCOUNT) return true;
    return this.#policy.bindings.some(
      (binding) =>
        binding.member === `serviceAccount:${account}` &&
        binding.permissions.includes(permission) &&
        covers(binding, resource),
    );
  }
}

/** Rights on a resource are rights on what is below it; a condition is about the name of the resource itself. */
function covers({ resource: granted, objectPrefix }: Binding, resource: string): boolean {
  if (objectPrefix !== undefined) return resource.startsWith(`${granted}/objects/${objectPrefix}`);
  return resource === granted || resource.startsWith(`${granted}/`);
}
