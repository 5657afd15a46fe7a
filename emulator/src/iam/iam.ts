import { DEVELOPER_ACCOUNT } from '../http/tokens.ts';
import type { Right } from './permissions.ts';
import type { Binding, Policy } from './policy.ts';

/** Whom a request without a token is from: the project's owner, or somebody who may do nothing, as on Google Cloud. */
export type WithoutToken = 'owner' | 'nobody';

/**
 * Decides who may do what, for all stand-ins of a stack.
 *
 * Service accounts have what the policy gives them. The developer is the project's owner, and so is by default who shows no token:
 * Google's own clients send none to an emulator.
 */
export class Iam {
  #policy: Policy;
  readonly #withoutToken: WithoutToken;

  constructor(policy: Policy, withoutToken: WithoutToken = 'owner') {
    this.#policy = policy;
    this.#withoutToken = withoutToken;
  }

  get policy(): Policy {
    return this.#policy;
  }

  /** Takes effect with the next request; Google's may take minutes. */
  replace(policy: Policy): void {
    this.#policy = policy;
  }

  allows(account: string | undefined, { permission, resource }: Right): boolean {
    if (account === undefined) return this.#withoutToken === 'owner';
    if (account === DEVELOPER_ACCOUNT) return true;
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
