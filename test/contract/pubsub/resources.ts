import { expect, it } from '@jest/globals';
import { fresh, freshPair, topicName, type PeerOf } from './side.ts';

/** Topics and subscriptions as resources, by gRPC and by REST. */
export function resourcesContract(peer: PeerOf): void {
  it('creates, finds and deletes a topic by the client library', async () => {
    const { client } = peer();
    const id = fresh('topic');

    const [topic] = await client.createTopic(id);
    expect(topic.name).toBe(topicName(id));
    expect(await topic.exists()).toEqual([true]);
    await topic.delete();

    expect(await topic.exists()).toEqual([false]);
  });

  it('tells by gRPC code what exists already and what does not exist', async () => {
    const { client } = peer();
    const id = await freshPair(peer());

    await expect(client.createTopic(id)).rejects.toMatchObject({ code: 6 });
    await expect(client.topic(id).createSubscription(id)).rejects.toMatchObject({ code: 6 });
    await expect(client.topic('none').getMetadata()).rejects.toMatchObject({ code: 5 });
    await expect(client.topic('none').publishMessage({ data: Buffer.from('a') })).rejects.toMatchObject({
      code: 5,
    });
    await expect(client.subscription('none').getMetadata()).rejects.toMatchObject({ code: 5 });
    await expect(client.topic('none').createSubscription(fresh('sub'))).rejects.toMatchObject({ code: 5 });
  });

  it.each<[verb: string, path: string, body: object | undefined, code: number, status: string]>([
    ['GET', 'topics/none', undefined, 404, 'NOT_FOUND'],
    ['GET', 'subscriptions/none', undefined, 404, 'NOT_FOUND'],
    ['DELETE', 'topics/none', undefined, 404, 'NOT_FOUND'],
    ['POST', 'subscriptions/none:pull', { maxMessages: 1 }, 404, 'NOT_FOUND'],
    ['PUT', 'topics/1st', {}, 400, 'INVALID_ARGUMENT'],
    ['PUT', 'topics/go', {}, 400, 'INVALID_ARGUMENT'],
    ['PUT', 'topics/goog-x', {}, 400, 'INVALID_ARGUMENT'],
    ['PUT', 'topics/some', { unknown: 1 }, 400, 'INVALID_ARGUMENT'],
  ])('answers %s %s %j in the form of Google errors', async (verb, path, body, code, status) => {
    const answer = await peer().rest.call(verb, path, body);

    expect(answer).toEqual({
      status: code,
      body: { error: { code, status, message: expect.any(String) } },
    });
  });

  it('fills in ack deadline and retention', async () => {
    const id = await freshPair(peer());

    const { body } = await peer().rest.call('GET', `subscriptions/${id}`);

    expect(body).toMatchObject({
      name: `projects/p/subscriptions/${id}`,
      topic: topicName(id),
      ackDeadlineSeconds: 10,
      messageRetentionDuration: '604800s',
    });
  });

  it('fills in the rest of retry and dead-letter policies', async () => {
    const id = await freshPair(peer());
    const policies = {
      retryPolicy: { minimumBackoff: '1.5s' },
      deadLetterPolicy: { deadLetterTopic: topicName(id) },
    };

    const { body } = await peer().rest.call('PUT', `subscriptions/${fresh('sub')}`, {
      topic: topicName(id),
      ...policies,
    });

    expect(body).toMatchObject({
      retryPolicy: { minimumBackoff: '1.500s', maximumBackoff: '600s' },
      deadLetterPolicy: { deadLetterTopic: topicName(id), maxDeliveryAttempts: 5 },
    });
  });

  it.each<[what: string, fields: object, status: string]>([
    ['an ack deadline of 601 s', { ackDeadlineSeconds: 601 }, 'INVALID_ARGUMENT'],
    ['a retention of a minute', { messageRetentionDuration: '60s' }, 'INVALID_ARGUMENT'],
    ['a backoff of 601 s', { retryPolicy: { minimumBackoff: '601s' } }, 'INVALID_ARGUMENT'],
    [
      'an endpoint that is not HTTP',
      { pushConfig: { pushEndpoint: 'ftp://127.0.0.1/' } },
      'INVALID_ARGUMENT',
    ],
    [
      'a dead-letter topic that does not exist',
      { deadLetterPolicy: { deadLetterTopic: topicName('none') } },
      'NOT_FOUND',
    ],
  ])('refuses a subscription with %s', async (_, fields, status) => {
    const id = await freshPair(peer());

    const { body } = await peer().rest.call('PUT', `subscriptions/${fresh('sub')}`, {
      topic: topicName(id),
      ...fields,
    });

    expect(body).toMatchObject({ error: { status } });
  });

  it.each([4, 101])('refuses %d delivery attempts as out of range', async (maxDeliveryAttempts) => {
    const id = await freshPair(peer());
    const deadLetterPolicy = { deadLetterTopic: topicName(id), maxDeliveryAttempts };

    const { body } = await peer().rest.call('PUT', `subscriptions/${fresh('sub')}`, {
      topic: topicName(id),
      deadLetterPolicy,
    });

    expect(body).toMatchObject({ error: { code: 400, status: 'OUT_OF_RANGE' } });
  });

  it('changes the masked fields of a subscription and no others', async () => {
    const id = await freshPair(peer(), { labels: { team: 'x' } });
    const change = { subscription: { ackDeadlineSeconds: 30, labels: {} }, updateMask: 'ackDeadlineSeconds' };

    const { body } = await peer().rest.call('PATCH', `subscriptions/${id}`, change);

    expect(body).toMatchObject({ ackDeadlineSeconds: 30, labels: { team: 'x' } });
  });

  it('refuses an empty mask, and to change a filter', async () => {
    const id = await freshPair(peer());
    const patch = (subscription: object, updateMask: string): Promise<object> =>
      peer().rest.call('PATCH', `subscriptions/${id}`, { subscription, updateMask });

    expect(await patch({ ackDeadlineSeconds: 30 }, '')).toMatchObject({ status: 400 });
    expect(await patch({ filter: 'attributes:a' }, 'filter')).toMatchObject({ status: 400 });
  });

  it('lists the subscriptions of a topic', async () => {
    const id = await freshPair(peer());
    const other = fresh('sub');
    await peer().rest.createSubscription(other, id);

    const { body } = await peer().rest.call('GET', `topics/${id}/subscriptions`);

    const names = [id, other].map((name) => `projects/p/subscriptions/${name}`).sort();
    expect(body).toEqual({ subscriptions: names });
  });

  it('lists in pages that together hold everything once', async () => {
    await freshPair(peer());
    await freshPair(peer());
    const all = await peer().rest.call('GET', 'topics?pageSize=1000');
    const names: string[] = [];
    let token = '';
    do {
      const { body } = await peer().rest.call(
        'GET',
        `topics?pageSize=1&pageToken=${encodeURIComponent(token)}`,
      );
      names.push(...(body['topics'] as { name: string }[]).map(({ name }) => name));
      token = (body['nextPageToken'] ?? '') as string;
    } while (token !== '');

    expect(names).toEqual((all.body['topics'] as { name: string }[]).map(({ name }) => name));
  });

  it('keeps the subscriptions of a deleted topic, with what they hold', async () => {
    const { rest } = peer();
    const id = await freshPair(peer());
    await rest.publish(id, 'a');

    await rest.call('DELETE', `topics/${id}`);

    expect((await rest.call('GET', `subscriptions/${id}`)).body['topic']).toBe('_deleted-topic_');
    expect(await rest.pull(id)).toEqual(['a']);
  });
}
