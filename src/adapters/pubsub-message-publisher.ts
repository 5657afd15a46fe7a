import * as v from 'valibot';
import type { MessagePublisher } from '../ports/message-publisher.ts';
import type { Http } from './http.ts';
import { readJsonAnswer } from './json-answer.ts';

/** An id for each of the messages that were sent. */
const published = v.object({ messageIds: v.pipe(v.array(v.string()), v.nonEmpty()) });

/**
 * Publishes messages by one REST call.
 *
 * @param topic `projects/P/topics/T`.
 */
export function makePubsubMessagePublisher(http: Http, endpoint: string, topic: string): MessagePublisher {
  return {
    async publish(messages, signal) {
      const call = 'publish messages';
      const encoded = messages.map((message) => ({
        data: Buffer.from(JSON.stringify(message)).toString('base64'),
      }));
      const answer = await http({
        method: 'POST',
        call,
        url: `${endpoint}/v1/${topic}:publish`,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify({ messages: encoded })),
        signal,
      });
      if (answer.status !== 200) {
        await answer.discard();
        throw answer.failure();
      }
      await readJsonAnswer(answer, call, published);
    },
  };
}
