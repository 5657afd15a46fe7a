import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { GoogleError } from '../../src/http/google-error.ts';
import { serve, type RunningServer } from '../../src/http/server.ts';

/** More than any buffer between client and server holds. */
const LARGE_BYTES = 8 * 1024 * 1024;

let server: RunningServer;
let agent: Agent;

beforeEach(async () => {
  server = await serve(async (request, response) => {
    if (request.method === 'GET') {
      response.end('answered');
      return;
    }
    const body = (request as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    await body.next();
    throw new GoogleError(412, 'Refused after the first bytes.');
  }, 0);
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
});

afterEach(async () => {
  agent.destroy();
  await server.close();
});

function send(method: string, body?: Buffer): Promise<{ status: number; port: number }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(server.url, { method, agent }, (answer: IncomingMessage) => {
      const { localPort = 0 } = answer.socket;
      answer.resume().on('end', () => resolve({ status: answer.statusCode ?? 0, port: localPort }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

describe('a request that is refused before its end', () => {
  it('leaves its connection to the next one', async () => {
    const refused = await send('POST', Buffer.alloc(LARGE_BYTES));
    const next = await send('GET');
    expect([refused.status, next.status]).toEqual([412, 200]);
    expect(next.port).toBe(refused.port);
  });
});
