import { createServer, type AddressInfo, type Socket } from 'node:net';
import { listen } from '../../http/server.ts';

/** How HTTP/2 with prior knowledge begins; no HTTP/1.1 method does. */
const HTTP2_BEGINNING = 'PRI';

export interface OnePort {
  readonly port: number;
  /** Takes no further connections. */
  stopListening(): void;
  /** Resolves when all connections have ended; those that have not after the time are cut. */
  close(graceMs: number): Promise<void>;
}

/**
 * Listens on loopback and hands each connection on by its first bytes.
 *
 * @param port 0 picks a free one.
 * @throws an error naming the port when it is taken.
 */
export async function listenOnOnePort(
  port: number,
  handlers: { readonly http1: (socket: Socket) => void; readonly http2: (socket: Socket) => void },
): Promise<OnePort> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A client that leaves without a word; the protocol that has taken over sees it too.
    socket.on('error', () => socket.destroy());
    sniff(socket, handlers);
  });
  await listen(server, port);
  const closed = new Promise<void>((resolve) => server.on('close', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stopListening: () => void server.close(),
    async close(graceMs) {
      if (server.listening) server.close();
      const cut = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

function sniff(
  socket: Socket,
  handlers: { readonly http1: (socket: Socket) => void; readonly http2: (socket: Socket) => void },
): void {
  const look = (): void => {
    const first = socket.read() as Buffer | null;
    if (first === null) return;
    socket.unshift(first);
    const isUndecided =
      first.length < HTTP2_BEGINNING.length && HTTP2_BEGINNING.startsWith(first.toString('latin1'));
    if (isUndecided) return;
    socket.off('readable', look);
    const isHttp2 = first.toString('latin1', 0, HTTP2_BEGINNING.length) === HTTP2_BEGINNING;
    if (isHttp2) handlers.http2(socket);
    else handlers.http1(socket);
  };
  socket.on('readable', look);
}
