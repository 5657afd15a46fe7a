import type { Socket } from 'node:net';
import { makeHttpServer, type Handler } from '../../http/server.ts';

export interface Http1FrontEnd {
  /** Serves a connection that does not speak HTTP/2. */
  connect(socket: Socket): void;
  /** Ends connections as soon as they have no request under way. */
  drain(): void;
}

/**
 * An HTTP/1.1 server on connections that are handed in.
 *
 * It keeps count of them itself, because Node's server knows only those that it has accepted.
 */
export function http1FrontEnd(handler: Handler): Http1FrontEnd {
  const server = makeHttpServer(handler);
  const busy = new Map<Socket, boolean>();
  let isDraining = false;
  server.on('request', ({ socket }, response) => {
    busy.set(socket, true);
    response.on('close', () => {
      if (busy.has(socket)) busy.set(socket, false);
      if (isDraining) socket.end();
    });
  });
  return {
    connect(socket) {
      busy.set(socket, false);
      socket.on('close', () => busy.delete(socket));
      server.emit('connection', socket);
    },
    drain() {
      isDraining = true;
      for (const [socket, isBusy] of busy) {
        if (!isBusy) socket.end();
      }
    },
  };
}
