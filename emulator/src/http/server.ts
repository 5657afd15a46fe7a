import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { GoogleError } from './google-error.ts';

/** Answers one request. A {@link GoogleError} it throws becomes the answer; anything else is a 500. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

export interface RunningServer {
  /** Without a trailing slash, e.g. `http://127.0.0.1:4443`. */
  readonly url: string;
  readonly port: number;
  /** Stops listening and ends open connections. */
  close(): Promise<void>;
}

/**
 * Serves on loopback only.
 *
 * @param port 0 picks a free one.
 * @throws an error naming the port when it is taken.
 */
export async function serve(handler: Handler, port: number): Promise<RunningServer> {
  const server = makeHttpServer(handler);
  await listen(server, port);
  const { port: actual } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${actual}`, port: actual, close: () => close(server) };
}

/** An HTTP/1.1 server that has no time-outs of its own: large bodies may take as long as they take. */
export function makeHttpServer(handler: Handler): Server {
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 }, (request, response) => {
    void answer(handler, request, response);
  });
  return server;
}

async function answer(handler: Handler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await handler(request, response);
  } catch (error) {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const answered = error instanceof GoogleError ? error : new GoogleError(500, String(error));
    sendJson(response, answered.httpStatus, answered.toJson());
  }
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

/**
 * A request body in memory, for bodies that are small by their nature.
 *
 * @throws GoogleError 413 when it is longer than `limitBytes`.
 */
export async function readBody(request: IncomingMessage, limitBytes = 10_000_000): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // The connection outlives a body that is too long: it still has to carry the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes) throw new GoogleError(413, `The body is larger than ${limitBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @throws GoogleError 400 when the body is not JSON. */
export async function readJson(request: IncomingMessage, limitBytes?: number): Promise<unknown> {
  const body = await readBody(request, limitBytes);
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw new GoogleError(400, 'Invalid JSON payload received.', 'parseError');
  }
}

export function listen(server: Server | NetServer, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new Error(`Port ${port} on 127.0.0.1 is already in use.`) : error);
    });
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
