import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPubsub, type PubsubStandIn } from '../../emulator/src/pubsub/pubsub.ts';
import { RestClient } from '../../emulator/test/pubsub/rest-client.ts';
import { FunctionServer } from '../support/function-server.ts';
import { LocalProject } from '../support/local-project.ts';
import { until } from '../support/until.ts';

/** As few as Pub/Sub allows, so that the test is short; a deployment has a hundred. */
const MOST_ATTEMPTS = 5;
const OTHERS = 100;
/** What is no command is refused and acknowledged, so a message can only fail for ever where the worker itself cannot go on. */
const POISONED_STATE = 'commands/deletions/poison.json';

const base64 = (content: object): string => Buffer.from(JSON.stringify(content)).toString('base64');

describe('a message that fails at every delivery', () => {
  let project: LocalProject;
  let server: FunctionServer;
  let pubsub: PubsubStandIn;
  let rest: RestClient;

  beforeAll(async () => {
    [project, pubsub] = await Promise.all([
      LocalProject.start(),
      startPubsub({ port: 0, push: { maximumPauseMs: 1 } }),
    ]);
    await project.put('state', POISONED_STATE, 'no JSON at all');
    server = await FunctionServer.start({ ...project.environmentOf('delete'), RETRY_BUDGET: '50ms' });
    rest = new RestClient(pubsub.url);
    for (const topic of ['commands', 'dead']) await rest.createTopic(topic);
    await rest.createSubscription('dead', 'dead');
    await rest.createSubscription('delete', 'commands', {
      pushConfig: { pushEndpoint: `${server.url}/` },
      ackDeadlineSeconds: 60,
      retryPolicy: { minimumBackoff: '0s', maximumBackoff: '1s' },
      deadLetterPolicy: { deadLetterTopic: 'projects/p/topics/dead', maxDeliveryAttempts: MOST_ATTEMPTS },
    });
  });
  afterAll(async () => {
    await pubsub.close();
    await server.stop();
    await project.close();
  });

  const backlogOf = (subscription: string): number =>
    pubsub.backlogOf(`projects/p/subscriptions/${subscription}`).messages;

  it('reaches the dead-letter topic with its history, and blocks none of those around it', async () => {
    const command = (id: string): object => ({
      action: 'delete',
      id,
      targets: [{ study: '1.2.3' }],
      dryRun: true,
    });
    const harmless = Array.from({ length: OTHERS }, (_, index) => ({
      data: base64(index % 2 === 0 ? command(`harmless-${index}`) : { action: 'no such thing' }),
    }));
    const poison = { data: base64(command('poison')), attributes: { sender: 'ward' } };
    await rest.publishMessages('commands', [
      ...harmless.slice(0, OTHERS / 2),
      poison,
      ...harmless.slice(OTHERS / 2),
    ]);
    await until(() => backlogOf('delete') === 0 && backlogOf('dead') === 1);

    const { body } = await rest.call('POST', 'subscriptions/dead:pull', { maxMessages: 10 });
    expect(body['receivedMessages']).toMatchObject([
      {
        message: {
          data: poison.data,
          attributes: {
            sender: 'ward',
            CloudPubSubDeadLetterSourceDeliveryCount: String(MOST_ATTEMPTS),
            CloudPubSubDeadLetterSourceSubscription: 'delete',
            CloudPubSubDeadLetterSourceSubscriptionProject: 'p',
            CloudPubSubDeadLetterSourceTopicPublishTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
          },
        },
      },
    ]);
    const reports = await project.takeCommandReports();
    const refused = reports.filter(({ reportId }) => reportId.startsWith('delete:refused:'));
    expect(refused).toHaveLength(OTHERS / 2);
    const accepted = await project.names('state', 'commands/deletions/harmless-');
    expect(accepted).toHaveLength(OTHERS / 2);
    const attempts = [...server.output.matchAll(/"message":"delivery given back".*?"attempts":(\d+)/g)];
    expect(attempts.map(([, attempt]) => Number(attempt))).toEqual(expect.arrayContaining([1, 2, 3, 4, 5]));
  });
});
