import '../../support/one-realm.ts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { makePubsubReportPublisher } from '../../../src/adapters/pubsub-report-publisher.ts';
import { formatCommandReport } from '../../../src/domain/command/command-report.ts';
import { formatInvalidEventReport, type Report } from '../../../src/domain/report.ts';
import { failureOf } from '../../support/blocks.ts';
import { closeClients, makeTestHttp } from '../../support/http-client.ts';
import { answer, closePeers, startPeer, type HttpPeer } from '../../support/http-peer.ts';

afterEach(closeClients);
afterEach(closePeers);

const DELIVERY = { startedAtMs: 0, endedAtMs: 1, attempts: 1 };
const REPORT = formatInvalidEventReport('1', 'für die Akten', DELIVERY);
const RESULT = { counts: { deleted: 2 }, targets: [], problems: [] };
const { signal } = new AbortController();

const publishTo = (peer: HttpPeer, report: Report = REPORT): Promise<void> =>
  makePubsubReportPublisher(makeTestHttp(), peer.origin, 'projects/p/topics/t').publish(report, signal);

/** The messages of the one request. */
function published({ requests }: HttpPeer): { data: string; attributes: unknown }[] {
  const body = Buffer.concat(requests[0]?.blocks ?? []).toString();
  return (JSON.parse(body) as { messages: { data: string; attributes: unknown }[] }).messages;
}

describe('the report publisher', () => {
  it('publishes the report as one message of the topic', async () => {
    const peer = await startPeer(answer(200, {}, '{"messageIds":["1"]}'));
    await publishTo(peer);
    const [request] = peer.requests;
    expect(request).toMatchObject({ method: 'POST', url: '/v1/projects/p/topics/t:publish' });
    const messages = published(peer);
    expect(messages).toEqual([
      {
        data: expect.any(String),
        attributes: { kind: 'ingest', outcome: 'ignored', reportId: REPORT.reportId },
      },
    ]);
    expect(JSON.parse(Buffer.from(messages[0]?.data ?? '', 'base64').toString())).toEqual(REPORT);
  });

  it.each(['running', 'complete', 'partial', 'failed'] as const)(
    'tells by attributes that a command is %s',
    async (status) => {
      const peer = await startPeer(answer(200, {}, '{"messageIds":["1"]}'));
      const report = formatCommandReport({ kind: 'delete', id: '7' }, { ...RESULT, status }, DELIVERY);
      await publishTo(peer, report);
      const [message] = published(peer);
      expect(message?.attributes).toEqual({ kind: 'delete', status, reportId: 'delete:7' });
      expect(JSON.parse(Buffer.from(message?.data ?? '', 'base64').toString())).toEqual(report);
    },
  );

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
