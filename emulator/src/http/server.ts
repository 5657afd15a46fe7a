import { createServer, type Server } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { answer, type Handler } from './answer.ts';
import { withControl, type ControlRoutes } from './faults/control.ts';

export { sendJson, type Handler } from './answer.ts';
export { readBody, readJson } from './request-body.ts';

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
 * @param control what this one has of its own below `/_control/`.
 * @throws an error naming the port when it is taken.
 */
export async function serve(handler: Handler, port: number, control?: ControlRoutes): Promise<RunningServer> {
  const server = makeHttpServer(handler, control);
  await listen(server, port);
  const { port: actual } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${actual}`, port: actual, close: () => close(server) };
}

/**
 * An HTTP/1.1 server that has no time-outs of its own: large bodies may take as long as they take.
 *
 * Below `/_control/` it takes fault scripts and counts requests (emulator/docs/faults.md).
 */
export function makeHttpServer(handler: Handler, control?: ControlRoutes): Server {
  const controlled = withControl(handler, control);
  return createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 }, (request, response) => {
    void answer(controlled, request, response);
  });
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
