import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Methods } from '../api/unary.ts';
import { GoogleError } from '../../http/google-error.ts';
import { readJson, sendJson, type Handler } from '../../http/server.ts';
import type { TokenRegistry } from '../../http/tokens.ts';
import { StatusError, toStatusError } from '../status-error.ts';
import { HTTP_RULES, type HttpRule } from './http-rules.ts';
import { fieldOf, fromJson, readScalar, toJson } from './proto-json.ts';
import { resolveType, type ServiceName } from './protos.ts';

/** A publish request of 10 MB in base64, with room for names and attributes. */
const BODY_LIMIT_BYTES = 20_000_000;

/** Query parameters of every Google API, which are not fields of a request. */
const SYSTEM_PARAMETERS = new Set(['alt', 'fields', 'key', 'prettyPrint', 'quotaUser', 'access_token']);

/**
 * The REST form of the API: JSON over HTTP/1.1, transcoded by the rules in the proto files.
 *
 * @param tokens when given, a request that carries a bearer token must carry a valid one. One without is let
 * in, since Google's clients send none to an emulator.
 */
export function restHandler(
  methods: Readonly<Record<ServiceName, Methods>>,
  tokens: TokenRegistry | undefined,
): Handler {
  return async (request, response) => {
    try {
      await answer(methods, tokens, request, response);
    } catch (error) {
      const [code, status, message] = describe(error);
      sendJson(response, code, { error: { code, message, status } });
    }
  };
}

async function answer(
  methods: Readonly<Record<ServiceName, Methods>>,
  tokens: TokenRegistry | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (url.pathname === '/') {
    // Google's emulator answers so, and tools wait for it.
    response.writeHead(200, { 'content-type': 'text/plain' }).end('Ok\n');
    return;
  }
  const isShown = request.headers.authorization !== undefined;
  const account = isShown ? tokens?.authenticate(request) : undefined;
  const { rule, field, value } = route(request.method ?? 'GET', url.pathname);
  const method = methods[rule.service][rule.method];
  if (method === undefined) {
    throw new StatusError('UNIMPLEMENTED', `${rule.method} is not offered by this stand-in.`);
  }
  const message = rule.hasBody
    ? fromJson(rule.requestType, await readJson(request, BODY_LIMIT_BYTES))
    : fromQuery(rule.requestType, url.searchParams);
  setField(message, field, value);
  const left = new AbortController();
  response.on('close', () => left.abort());
  const answered = await method(message, { signal: left.signal, account });
  sendJson(response, 200, toJson(rule.responseType, answered));
}

function route(
  verb: string,
  path: string,
): { readonly rule: HttpRule; readonly field: readonly string[]; readonly value: string } {
  for (const rule of HTTP_RULES) {
    const matched = rule.verb === verb ? rule.match(path) : undefined;
    if (matched !== undefined) return { rule, ...matched };
  }
  throw new StatusError('NOT_FOUND', `There is no method at ${verb} ${path}.`);
}

function fromQuery(type: string, parameters: URLSearchParams): Record<string, unknown> {
  const resolved = resolveType(type);
  const message: Record<string, unknown> = {};
  for (const [name, value] of parameters) {
    if (SYSTEM_PARAMETERS.has(name) || name.startsWith('$')) continue;
    const field = resolved === undefined ? undefined : fieldOf(resolved.node, name);
    if (resolved === undefined || field === undefined) {
      throw new StatusError('INVALID_ARGUMENT', `Invalid query parameter "${name}": Cannot find field.`);
    }
    message[field[0]] = readScalar(field[1], resolved.fullName, value, name);
  }
  return message;
}

/** The field from the path, which wins over one in the body. */
function setField(message: Record<string, unknown>, field: readonly string[], value: string): void {
  const [outer = '', inner] = field;
  message[outer] = inner === undefined ? value : { ...(message[outer] as object), [inner]: value };
}

function describe(error: unknown): [code: number, status: string, message: string] {
  if (error instanceof GoogleError) {
    const isTooLarge = error.httpStatus === 413;
    return [isTooLarge ? 400 : error.httpStatus, error.status, error.message];
  }
  const { httpStatus, status, message } = toStatusError(error);
  return [httpStatus, status, message];
}
