import type { Report } from '../domain/report.ts';
import type { ReportPublisher } from '../ports/report-publisher.ts';
import type { Http } from './http.ts';

export const PUBSUB_ENDPOINT = 'https://pubsub.googleapis.com';

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
        attributes: { kind: report.kind, outcome: report.outcome, reportId: report.reportId },
      } satisfies {
        data: string;
        attributes: Record<keyof Pick<Report, 'kind' | 'outcome' | 'reportId'>, string>;
      };
      const answer = await http({
        method: 'POST',
        call: 'publish report',
        url: `${endpoint}/v1/${topic}:publish`,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify({ messages: [message] })),
        signal,
      });
      await answer.discard();
      if (answer.status !== 200) throw answer.failure();
    },
  };
}
