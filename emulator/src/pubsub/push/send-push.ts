import { request as httpRequest, type Agent as HttpAgent } from 'node:http';
import { request as httpsRequest, type Agent as HttpsAgent } from 'node:https';
import type { PushRequest } from './push-request.ts';

export interface PushTarget {
  readonly endpoint: URL;
  readonly agent: HttpAgent | HttpsAgent;
  /** The request is broken off when it has taken this long in all. */
  readonly signal: AbortSignal;
}

/**
 * Sends one push and reads its answer to the end.
 *
 * @returns the status code. An interim 102 is returned as soon as it comes, since it acknowledges.
 * @throws the network's error, also when the answer breaks off.
 */
export function sendPush(push: PushRequest, target: PushTarget): Promise<number> {
  return new Promise((resolve, reject) => {
    const { endpoint, agent, signal } = target;
    const makeRequest = endpoint.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = makeRequest(endpoint, {
      method: 'POST',
      agent,
      signal,
      headers: { ...push.headers, 'content-length': push.body.length },
    });
    request.on('error', reject);
    request.on('information', ({ statusCode }) => {
      if (statusCode !== 102) return;
      resolve(statusCode);
      request.destroy();
    });
    request.on('response', (response) => {
      response.on('error', reject);
      response.on('end', () => resolve(response.statusCode ?? 0));
      response.on('close', () => reject(new Error('The answer broke off.')));
      response.resume();
    });
    request.end(push.body);
  });
}
