import type { IncomingMessage, ServerResponse } from 'node:http';
import { GoogleError } from '../http/google-error.ts';
import { STORAGE_RIGHTS, type Access } from './rights.ts';
import { decode, splitTarget, type Call, type Method } from './call.ts';

/** `GET /storage/v1/b/:bucket` → what answers it. `:name*` at the end takes the rest of the path, slashes included. */
export type Routes = Readonly<Record<string, Method>>;

interface Route {
  readonly verb: string;
  readonly segments: readonly string[];
  readonly method: Method;
  /** The rights that it takes, from the parts of its path. */
  readonly rights: (typeof STORAGE_RIGHTS)[string];
}

/**
 * Answers requests by the first route that fits; anything else is 404.
 *
 * @throws Error for a route of which nobody has said what rights it takes.
 */
export function makeRouter(
  routes: Routes,
): (request: IncomingMessage, response: ServerResponse, access: Access) => Promise<void> {
  const table = Object.entries(routes).map(([key, method]): Route => {
    const [verb = '', path = ''] = key.split(' ');
    const rights = STORAGE_RIGHTS[key];
    if (rights === undefined) throw new Error(`Say in rights.ts which rights ${key} takes.`);
    return { verb, segments: path.split('/').slice(1), method, rights };
  });
  return async (request, response, access) => {
    const { path, query } = splitTarget(request.url ?? '/');
    const segments = path.split('/').slice(1);
    for (const { verb, segments: pattern, method, rights } of table) {
      if (verb !== request.method) continue;
      const params = match(pattern, segments);
      if (params === undefined) continue;
      await carryOut(method, rights, makeCall(request, response, query, params, access));
      return;
    }
    throw new GoogleError(404, `Not Found: ${request.method ?? ''} ${path}`);
  };
}

/** Who may not list a bucket is not told that an object is missing: that would be to list it. */
async function carryOut(method: Method, rights: Route['rights'], call: Call): Promise<void> {
  const needed = rights((name) => call.param(name));
  for (const right of needed) call.access.check(right);
  try {
    await method(call);
  } catch (error) {
    throw needed.some(({ resource }) => resource.includes('/objects/'))
      ? call.access.conceal(error, call.param('bucket'))
      : error;
  }
}

function makeCall(
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
  params: ReadonlyMap<string, string>,
  access: Access,
): Call {
  const param = (name: string): string => {
    const value = params.get(name);
    if (value === undefined) throw new Error(`The route has no part ${name}.`);
    return decode(value);
  };
  return { request, response, query, access, param };
}

function match(
  pattern: readonly string[],
  segments: readonly string[],
): ReadonlyMap<string, string> | undefined {
  const takesRest = pattern.at(-1)?.endsWith('*') === true;
  if (takesRest ? segments.length < pattern.length : segments.length !== pattern.length) return undefined;
  const params = new Map<string, string>();
  for (const [index, part] of pattern.entries()) {
    const isRest = takesRest && index === pattern.length - 1;
    const segment = isRest ? segments.slice(index).join('/') : (segments[index] ?? '');
    if (!part.startsWith(':')) {
      if (part !== segment) return undefined;
    } else {
      if (segment === '') return undefined;
      params.set(part.slice(1).replace('*', ''), segment);
    }
  }
  return params;
}
