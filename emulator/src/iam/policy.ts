import { isPermission, type Permission } from './permissions.ts';

/** What one account may do on one resource and everything below it. */
export interface Binding {
  /** `serviceAccount:` and an e-mail address. */
  readonly member: string;
  /** In full: `projects/_/buckets/B`, or a dataset, a DICOM store, a topic or a subscription below `projects/P/`. */
  readonly resource: string;
  /**
   * Of a bucket: the right is conditional on the object's name beginning so, as by
   * `resource.name.startsWith("projects/_/buckets/B/objects/PREFIX")`. It does not reach the bucket itself, and so no listing.
   */
  readonly objectPrefix?: string;
  readonly permissions: readonly Permission[];
}

/** Who may do what. What is in no binding is denied. */
export interface Policy {
  readonly bindings: readonly Binding[];
}

/** A policy is not one; the message names everything that is wrong with it. */
class InvalidPolicyError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.name = 'InvalidPolicyError';
  }
}

const BUCKET = /^projects\/_\/buckets\/[a-z0-9][a-z0-9._-]*$/;
const OTHERS = [
  /^projects\/[^/]+$/,
  /^projects\/[^/]+\/locations\/[^/]+\/datasets\/[^/]+(\/dicomStores\/[^/]+)?$/,
  /^projects\/[^/]+\/(topics|subscriptions)\/[^/]+$/,
];
const MEMBER = /^serviceAccount:[^\s@:]+@[^\s@:]+$/;

/** @throws InvalidPolicyError */
export function parsePolicy(content: unknown): Policy {
  if (!isObject(content)) throw new InvalidPolicyError(['it has to be an object with bindings']);
  const { bindings, ...others } = content;
  const problems = unknownFields('it', others);
  if (!Array.isArray(bindings)) problems.push('it needs bindings, a list');
  else
    problems.push(...bindings.flatMap((entry: unknown, index) => problemsOf(entry, `binding ${index + 1}`)));
  if (problems.length > 0) throw new InvalidPolicyError(problems);
  return content as unknown as Policy;
}

function problemsOf(entry: unknown, where: string): string[] {
  if (!isObject(entry)) return [`${where} is not an object`];
  const { member, resource, objectPrefix, permissions, ...others } = entry;
  const problems = unknownFields(where, others);
  const isBucket = typeof resource === 'string' && BUCKET.test(resource);
  if (typeof member !== 'string' || !MEMBER.test(member)) {
    problems.push(`${where} needs a member, serviceAccount:NAME@HOST`);
  }
  if (!isBucket && !(typeof resource === 'string' && OTHERS.some((form) => form.test(resource)))) {
    problems.push(
      `${where} needs a resource, e.g. projects/_/buckets/inbox or projects/local/topics/dicom-results`,
    );
  }
  if (objectPrefix !== undefined && !(isBucket && typeof objectPrefix === 'string' && objectPrefix !== '')) {
    problems.push(`${where} has an objectPrefix, which has to be a text, of a bucket`);
  }
  if (!Array.isArray(permissions) || permissions.length === 0) {
    problems.push(`${where} needs permissions, a list`);
    return problems;
  }
  const unknown = permissions.filter((name: unknown) => !isPermission(name));
  problems.push(...unknown.map((name) => `${where} has a permission that nothing asks for: ${String(name)}`));
  return problems;
}

function unknownFields(where: string, fields: object): string[] {
  return Object.keys(fields).map((name) => `${where} has an unknown field ${JSON.stringify(name)}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
