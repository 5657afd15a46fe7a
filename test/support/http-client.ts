import { Agent } from 'undici';
import { makeHttp, type Http, type HttpOptions, type HttpRequest } from '../../src/adapters/http.ts';
import { FakeClock } from './fake-clock.ts';

const agents: Agent[] = [];

/** The worker's own HTTP client with one connection to a peer, and time-outs that no test waits for by accident. */
export function makeTestHttp(options: Partial<Omit<HttpOptions, 'dispatcher'>> = {}, connections = 1): Http {
  const agent = new Agent({ connections });
  agents.push(agent);
  return makeHttp({
    dispatcher: agent,
    clock: new FakeClock(),
    idleTimeoutMs: 20_000,
    answerTimeoutMs: 20_000,
    ...options,
  });
}

/** To be called after each test, before its peers are closed. */
export async function closeClients(): Promise<void> {
  await Promise.all(agents.splice(0).map((agent) => agent.destroy()));
}

export function makeRequest(url: string, changes: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: 'GET',
    call: 'test call',
    url,
    headers: {},
    signal: new AbortController().signal,
    ...changes,
  };
}
