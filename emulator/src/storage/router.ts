import type { IncomingMessage, ServerResponse } from 'node:http';
import { GoogleError } from '../http/google-error.ts';
import { decode, splitTarget, type Call, type Method } from './call.ts';

/** `GET /storage/v1/b/:bucket` → what answers it. `:name*` at the end takes the rest of the path, slashes included. */
export type Routes = Readonly<Record<string, Method>>;

interface Route {
  readonly verb: string;
  readonly segments: readonly string[];
  readonly method: Method;
}

/** Answers requests by the first route that fits; anything else is 404. */
export function makeRouter(
  routes: Routes,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const table = Object.entries(routes).map(([key, method]): Route => {
    const [verb = '', path = ''] = key.split(' ');
    return { verb, segments: path.split('/').slice(1), method };
  });
  return async (request, response) => {
    const { path, query } = splitTarget(request.url ?? '/');
    const segments = path.split('/').slice(1);
    for (const { verb, segments: pattern, method } of table) {
      if (verb !== request.method) continue;
      const params = match(pattern, segments);
      if (params === undefined) continue;
      await method(makeCall(request, response, query, params));
      return;
    }
    throw new GoogleError(404, `Not Found: ${request.method ?? ''} ${path}`);
  };
}

function makeCall(
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
  params: ReadonlyMap<string, string>,
): Call {
  const param = (name: string): string => {
    const value = params.get(name);
    if (value === undefined) throw new Error(`The route has no part ${name}.`);
    return decode(value);
  };
  return { request, response, query, param };
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
