import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { answer, type Handler } from '../answer.ts';

/** Takes the bytes of an answer in order, status line and headers included. */
export type ByteSink = (bytes: Buffer, done: (error?: Error) => void) => void;

/**
 * Has the handler answer a request on a connection of its own: the client sees only what the sink passes on.
 *
 * To the handler it is an ordinary response, which ends, or is closed early where the sink fails or the client leaves.
 * Resolves when it is closed.
 */
export async function answerInto(sink: ByteSink, handler: Handler, request: IncomingMessage): Promise<void> {
  const connection = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => sink(chunk, done),
    decodeStrings: true,
  });
  // What the sink fails with is known to it; here it is only the end of the connection.
  connection.on('error', () => undefined);
  const leave = (): void => void connection.destroy();
  request.socket.once('close', leave);
  const response = new ServerResponse(request);
  // A response asks nothing of its socket that a duplex stream does not have.
  response.assignSocket(connection as unknown as Socket);
  // Node.js closes a response that has been sent; on a connection of our own it is left to us.
  response.on('finish', leave);
  const closed = new Promise<void>((resolve) => response.once('close', () => resolve()));
  await answer(handler, request, response);
  await closed;
  request.socket.off('close', leave);
}

/** The handler does its work, and nobody hears of it. */
export function carryOutUnheard(handler: Handler, request: IncomingMessage): Promise<void> {
  return answerInto((_bytes, done) => done(), handler, request);
}
