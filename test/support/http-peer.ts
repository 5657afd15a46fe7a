import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSocketServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A request as far as it has come. */
export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Which connection it came on, 1 for the first. */
  readonly connection: number;
  readonly blocks: Buffer[];
  /** Whether the request has come to its end as HTTP sees it, so that a server may act on it. */
  isWhole: boolean;
  /** Settled when the request has ended or was cut off. */
  readonly over: Promise<unknown>;
}

/** What the peer does with one request; it reads the request's body in any case, unless it pauses it. */
export type Reaction = (
  response: ServerResponse,
  request: IncomingMessage,
  received: ReceivedRequest,
) => unknown;

export interface HttpPeer {
  readonly origin: string;
  readonly requests: readonly ReceivedRequest[];
}

const running: { readonly server: Server; readonly sockets: Set<Socket> }[] = [];

/** A server on loopback that reacts to each request in turn, as the script says; requests beyond it are answered 599. */
export async function startPeer(...script: Reaction[]): Promise<HttpPeer> {
  const requests: ReceivedRequest[] = [];
  const connections = new Map<Socket, number>();
  const server = createServer((request, response) => {
    const connection = connections.get(request.socket) ?? connections.size + 1;
    connections.set(request.socket, connection);
    const received = receive(request, connection);
    const reaction = script[requests.length] ?? answer(599);
    requests.push(received);
    void reaction(response, request, received);
  });
  return { origin: await listen(server), requests };
}

/** A server that speaks no HTTP but what `onConnection` writes. */
export async function startRawPeer(onConnection: (socket: Socket) => void): Promise<string> {
  return listen(createSocketServer(onConnection));
}

/** To be called after each test: ends all peers with their connections. */
export async function closePeers(): Promise<void> {
  for (const { server, sockets } of running.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }
}

/** Waits for the whole request, then answers. */
export function answer(
  status: number,
  headers: Readonly<Record<string, string | string[]>> = {},
  body: string | Buffer = '',
): Reaction {
  return async (response, _request, received) => {
    await received.over;
    response.writeHead(status, { ...headers }).end(body);
  };
}

/** Cuts the connection off as soon as the request has been heard of. */
export const reset: Reaction = (_response, request) => request.socket.resetAndDestroy();

async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    // A client that goes away is what some of the tests are about.
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  running.push({ server, sockets });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function receive(request: IncomingMessage, connection: number): ReceivedRequest {
  const received: ReceivedRequest = {
    method: request.method ?? '',
    url: request.url ?? '',
    headers: request.headers,
    connection,
    blocks: [],
    isWhole: false,
    over: new Promise((resolve) => {
      request.on('end', resolve).on('error', resolve).on('close', resolve);
    }),
  };
  request.on('data', (block: Buffer) => received.blocks.push(block));
  request.on('end', () => (received.isWhole = request.complete));
  return received;
}
