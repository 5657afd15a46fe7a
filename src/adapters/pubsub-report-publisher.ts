import * as v from 'valibot';
import type { Report } from '../domain/report.ts';
import type { ReportPublisher } from '../ports/report-publisher.ts';
import type { Http } from './http.ts';
import { readJsonAnswer } from './json-answer.ts';

export const PUBSUB_ENDPOINT = 'https://pubsub.googleapis.com';

/** One id for the one message that was sent. */
const published = v.object({ messageIds: v.tuple([v.string()]) });

/**
 * Publishes by one REST call.
 *
 * The Pub/Sub library would cost a cold start 110 ms and 35 MiB, and batches what must be accepted one by one.
 *
 * @param topic `projects/P/topics/T`.
 */
export function makePubsubReportPublisher(http: Http, endpoint: string, topic: string): ReportPublisher {
  return {
    async publish(report, signal) {
      const message = {
        data: Buffer.from(JSON.stringify(report)).toString('base64'),
        attributes: { kind: report.kind, ...attributeOf(report), reportId: report.reportId },
      };
      const call = 'publish report';
      const answer = await http({
        method: 'POST',
        call,
        url: `${endpoint}/v1/${topic}:publish`,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify({ messages: [message] })),
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

/** Of an object its outcome, of a command its status. */
function attributeOf(report: Report): { readonly outcome: string } | { readonly status: string } {
  return report.kind === 'ingest' ? { outcome: report.outcome } : { status: report.status };
}
