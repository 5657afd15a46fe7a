import { once } from 'node:events';
import {
  createServer,
  request as sendRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { pipeline } from 'node:stream';

/** A request as far as a decision about it needs to know it. */
export interface PassingRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Which request on its connection it is, 1 for the first. */
  readonly numberOnConnection: number;
}

/**
 * Let it pass; let it pass and close the connection behind the answer, unannounced; cut the connection off without an
 * answer; or answer in place of the service.
 */
export type Decision = 'pass' | 'pass-and-close' | 'cut' | { readonly status: number };

export interface HttpProxy {
  readonly origin: string;
  /** What was decided, in order. */
  readonly decisions: readonly Decision[];
  close(): Promise<void>;
}

/** Stands between the worker and a service, and decides over every request. */
export async function startProxy(
  target: string,
  decide: (request: PassingRequest) => Decision,
): Promise<HttpProxy> {
  const requestsOn = new WeakMap<Socket, number>();
  const decisions: Decision[] = [];
  const server = createServer((request, response) => {
    const numberOnConnection = (requestsOn.get(request.socket) ?? 0) + 1;
    requestsOn.set(request.socket, numberOnConnection);
    const { method = '', url = '', headers } = request;
    const decision = decide({ method, url, headers, numberOnConnection });
    decisions.push(decision);
    if (decision === 'cut') {
      request.socket.resetAndDestroy();
    } else if (decision === 'pass' || decision === 'pass-and-close') {
      if (decision === 'pass-and-close') response.once('finish', () => request.socket.end());
      forward(target, request, response);
    } else {
      request.resume().on('end', () => response.writeHead(decision.status).end());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    decisions,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function forward(target: string, request: IncomingMessage, response: ServerResponse): void {
  const { method, headers } = request;
  const onward = sendRequest(new URL(request.url ?? '/', target), { method, headers });
  onward.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, response, () => undefined);
  });
  onward.on('error', () => response.destroy());
  pipeline(request, onward, () => undefined);
}
