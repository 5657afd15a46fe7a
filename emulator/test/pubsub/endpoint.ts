import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One push as an endpoint receives it. */
export interface ReceivedPush {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What an endpoint does with a push: answers with a status, resets the connection, or never answers. */
export type Reaction = number | 'reset' | 'hang';

export interface Endpoint {
  readonly url: string;
  readonly pushes: ReceivedPush[];
  /** Payloads of wrapped pushes, in the order of arrival. */
  readonly payloads: () => string[];
  /** Resolves when at least this many pushes have arrived. */
  readonly received: (count: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * A push endpoint on loopback.
 *
 * @param react is asked about every push, with its number from 0.
 * @param port 0 picks a free one.
 */
export async function startEndpoint(
  react: (index: number, push: ReceivedPush) => Reaction | Promise<Reaction>,
  port = 0,
): Promise<Endpoint> {
  const pushes: ReceivedPush[] = [];
  let waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const push = { headers: request.headers, body: Buffer.concat(chunks) };
      const index = pushes.push(push) - 1;
      waiting = waiting.filter(({ count, resolve }) => {
        if (pushes.length < count) return true;
        resolve();
        return false;
      });
      void Promise.resolve(react(index, push)).then((reaction) => {
        if (reaction === 'reset') request.socket.destroy();
        else if (reaction !== 'hang') response.writeHead(reaction).end();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    pushes,
    payloads: () => pushes.map(({ body }) => payloadOf(body)),
    received: (count) =>
      new Promise((resolve) => {
        if (pushes.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function payloadOf(body: Buffer): string {
  const { message } = JSON.parse(body.toString()) as { message: { data?: string } };
  return Buffer.from(message.data ?? '', 'base64').toString();
}
