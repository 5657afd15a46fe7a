import { readBody, sendJson, type Handler } from '../../emulator/src/http/server.ts';
import { delayAnswer, refuseUnknown, type PeerContext } from './peer.ts';

/** The least of Pub/Sub: takes what is published to any topic, one message a request, and keeps nothing. */
export function makePubsub(context: PeerContext): Handler {
  let messages = 0;
  return async (request, response) => {
    if (request.method !== 'POST' || !(request.url ?? '').endsWith(':publish')) {
      throw refuseUnknown(context, `${request.method ?? ''} ${request.url ?? ''}`);
    }
    context.counters.count('publish');
    await readBody(request);
    await delayAnswer(context);
    messages += 1;
    sendJson(response, 200, { messageIds: [String(messages)] });
  };
}
