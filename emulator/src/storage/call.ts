import type { IncomingMessage, ServerResponse } from 'node:http';
import { GoogleError } from '../http/google-error.ts';
import { sendJson } from '../http/server.ts';
import { selectFields } from './fields.ts';
import { expectInt64 } from './json.ts';
import type { Access } from './rights.ts';

/** One request, its path matched. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly access: Access;
  /** A part of the path by its name in the route, decoded. */
  param(name: string): string;
}

export type Method = (call: Call) => Promise<void> | void;

/** Answers with JSON, or with the part of it that the request's `fields` asks for. */
export function answerJson({ response, query }: Call, body: unknown, headers?: Record<string, string>): void {
  sendJson(response, 200, selectFields(body, query.get('fields')), headers);
}

/**
 * The body of a request. Whoever stops reading early can still answer: the connection stays open, which the
 * request's own iterator would end.
 */
export function bytesOf(request: IncomingMessage): AsyncIterable<Buffer> {
  return request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
}

export function answerNoContent({ response }: Call): void {
  response.writeHead(204);
  response.end();
}

/** @throws GoogleError 400 when the query names a generation that is no integer. */
export function generationOf(query: URLSearchParams, name = 'generation'): number | undefined {
  const value = query.get(name);
  return value === null ? undefined : expectInt64(value, name);
}

/**
 * Splits a request's target by hand, because `URL` would resolve the `..` that object names may contain.
 *
 * @throws GoogleError 400 when the query is not UTF-8 in percent encoding.
 */
export function splitTarget(target: string): { readonly path: string; readonly query: URLSearchParams } {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const query = new URLSearchParams();
  for (const pair of mark === -1 ? [] : target.slice(mark + 1).split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = equals === -1 ? pair : pair.slice(0, equals);
    const value = equals === -1 ? '' : pair.slice(equals + 1);
    query.append(decode(name.replaceAll('+', ' ')), decode(value.replaceAll('+', ' ')));
  }
  return { path, query };
}

/** @throws GoogleError 400. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new GoogleError(400, `Invalid percent encoding: ${text}`);
  }
}
