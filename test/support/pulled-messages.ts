const JSON_BODY = { authorization: 'Bearer local', 'content-type': 'application/json' };

/** A message as it was published. */
export interface PulledMessage {
  readonly messageId: string;
  readonly content: object;
}

/** A subscription that a test pulls from, of a topic that it makes. */
export class PulledMessages {
  readonly #subscription: string;

  private constructor(subscription: string) {
    this.#subscription = subscription;
  }

  /** @param pubsub of a project, e.g. `http://127.0.0.1:8085/v1/projects/local`. */
  static async subscribe(pubsub: string, topic: string): Promise<PulledMessages> {
    const project = new URL(pubsub).pathname.replace(/^\/v1\//, '');
    const subscription = `${pubsub}/subscriptions/${topic}`;
    await send('PUT', `${pubsub}/topics/${topic}`, {});
    await send('PUT', subscription, { topic: `${project}/topics/${topic}` });
    return new PulledMessages(subscription);
  }

  /** What was published since the last time this was asked. */
  take(): Promise<PulledMessage[]> {
    return pullAll(this.#subscription);
  }
}

/** All messages of a subscription. A pull may come back with less than there is, so only an empty one ends it. */
export async function pullAll(subscription: string): Promise<PulledMessage[]> {
  const pulled: PulledMessage[] = [];
  const request = { maxMessages: 1000, returnImmediately: true };
  for (;;) {
    const { receivedMessages = [] } = (await send('POST', `${subscription}:pull`, request)) as {
      receivedMessages?: { ackId: string; message: { messageId: string; data: string } }[];
    };
    if (receivedMessages.length === 0) return pulled;
    const ackIds = receivedMessages.map(({ ackId }) => ackId);
    await send('POST', `${subscription}:acknowledge`, { ackIds });
    for (const { message } of receivedMessages)
      pulled.push({
        messageId: message.messageId,
        content: JSON.parse(Buffer.from(message.data, 'base64').toString('utf8')) as object,
      });
  }
}

/** A call of the stand-ins' REST interfaces. @throws Error when it is not answered 200. */
export async function send(method: 'PUT' | 'POST', url: string, body: object): Promise<unknown> {
  const answer = await fetch(url, { method, headers: JSON_BODY, body: JSON.stringify(body) });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${method} ${url} answered ${answer.status}: ${text}`);
  return JSON.parse(text) as unknown;
}
