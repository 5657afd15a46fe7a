import { createRequire } from 'node:module';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';

/** One node of Google's proto files in protobuf.js's JSON form: a package, message, enum or service. */
export interface ProtoNode {
  readonly nested?: Readonly<Record<string, ProtoNode>>;
  readonly fields?: Readonly<Record<string, ProtoField>>;
  readonly values?: Readonly<Record<string, number>>;
  readonly methods?: Readonly<Record<string, ProtoMethod>>;
}

export interface ProtoField {
  readonly type: string;
  readonly rule?: 'repeated';
  /** Present on maps, whose `type` is that of the values. */
  readonly keyType?: string;
}

interface ProtoMethod {
  readonly requestType: string;
  readonly responseType: string;
  readonly requestStream?: boolean;
  readonly parsedOptions?: readonly Readonly<Record<string, unknown>>[];
}

const PACKAGE = 'google.pubsub.v1';

const require = createRequire(import.meta.url);
const root = require('@google-cloud/pubsub-api/build/protos/protos.json') as ProtoNode;

const definitions = fromJSON(root, { longs: Number, enums: String, oneofs: false });

/** The services that are served; schemas are not. */
export const SERVICES = ['Publisher', 'Subscriber'] as const;

export type ServiceName = (typeof SERVICES)[number];

/** What `@grpc/grpc-js` needs to serve one service. */
export function grpcDefinition(service: ServiceName): ServiceDefinition {
  return definitions[`${PACKAGE}.${service}`] as unknown as ServiceDefinition;
}

/** The methods of a service by name. */
export function methodsOf(service: ServiceName): Readonly<Record<string, ProtoMethod>> {
  return nodeAt(`${PACKAGE}.${service}`)?.methods ?? {};
}

/**
 * A type by the name a field or method uses for it, looked up from the scope outwards as protobuf does.
 *
 * @param scope full name of the message or package in which the name is used.
 * @returns its full name and node, or undefined for scalars.
 */
export function resolveType(
  name: string,
  scope: string = PACKAGE,
): { readonly fullName: string; readonly node: ProtoNode } | undefined {
  for (let outer = scope; ; outer = outer.slice(0, Math.max(0, outer.lastIndexOf('.')))) {
    const fullName = outer === '' ? name : `${outer}.${name}`;
    const node = nodeAt(fullName);
    if (node !== undefined) return { fullName, node };
    if (outer === '') return undefined;
  }
}

function nodeAt(fullName: string): ProtoNode | undefined {
  let node: ProtoNode | undefined = root;
  for (const part of fullName.split('.')) {
    const nested: Readonly<Record<string, ProtoNode>> | undefined = node.nested;
    if (nested === undefined || !Object.hasOwn(nested, part)) return undefined;
    node = nested[part];
    if (node === undefined) return undefined;
  }
  return node;
}
