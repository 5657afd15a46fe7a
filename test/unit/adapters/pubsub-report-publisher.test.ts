import '../../support/one-realm.ts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { makePubsubReportPublisher } from '../../../src/adapters/pubsub-report-publisher.ts';
import { formatInvalidEventReport } from '../../../src/domain/report.ts';
import { failureOf } from '../../support/blocks.ts';
import { closeClients, makeTestHttp } from '../../support/http-client.ts';
import { answer, closePeers, startPeer, type HttpPeer } from '../../support/http-peer.ts';

afterEach(closeClients);
afterEach(closePeers);

const REPORT = formatInvalidEventReport('1', 'für die Akten', { startedAtMs: 0, endedAtMs: 1, attempts: 1 });
const { signal } = new AbortController();

const publishTo = (peer: HttpPeer): Promise<void> =>
  makePubsubReportPublisher(makeTestHttp(), peer.origin, 'projects/p/topics/t').publish(REPORT, signal);

describe('the report publisher', () => {
  it('publishes the report as one message of the topic', async () => {
    const peer = await startPeer(answer(200, {}, '{"messageIds":["1"]}'));
    await publishTo(peer);
    const [request] = peer.requests;
    expect(request).toMatchObject({ method: 'POST', url: '/v1/projects/p/topics/t:publish' });
    const { messages } = JSON.parse(Buffer.concat(request?.blocks ?? []).toString()) as {
      messages: { data: string }[];
    };
    expect(messages).toEqual([
      {
        data: expect.any(String),
        attributes: { kind: 'ingest', outcome: 'ignored', reportId: REPORT.reportId },
      },
    ]);
    expect(JSON.parse(Buffer.from(messages[0]?.data ?? '', 'base64').toString())).toEqual(REPORT);
  });

  it.each([
    [429, 'throttled'],
    [503, 'unavailable'],
    [403, 'permission-denied'],
    [404, 'not-found'],
  ])('has published nothing when it is answered %i', async (status, code) => {
    const peer = await startPeer(answer(status));
    await expect(failureOf(publishTo(peer))).resolves.toMatchObject({
      code,
      details: { call: 'publish report' },
    });
  });
});
