import type { IncomingMessage, ServerResponse } from 'node:http';
import { GoogleError } from './google-error.ts';

/** Answers one request. A {@link GoogleError} it throws becomes the answer; anything else is a 500. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/** Has a handler answer a request, with whatever it throws as the answer. Never rejects. */
export async function answer(
  handler: Handler,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await handler(request, response);
  } catch (error) {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const answered = error instanceof GoogleError ? error : new GoogleError(500, String(error));
    sendJson(response, answered.httpStatus, answered.toJson());
    readAway(request);
  }
}

/**
 * What is left of a refused request is read and forgotten, so that the next one on its connection can be read.
 *
 * Node.js does so by itself, unless somebody has begun to iterate over the body: a stream does not flow while it has
 * listeners for `readable`.
 */
function readAway(request: IncomingMessage): void {
  request.removeAllListeners('readable');
  request.resume();
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json; charset=UTF-8',
    'content-length': text.length,
    ...headers,
  });
  response.end(text);
}
