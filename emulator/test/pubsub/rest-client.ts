interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** The API over REST, as a program without a client library calls it. */
export class RestClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** @param path below `/v1/projects/p/`. */
  async call(verb: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(`${this.#url}/v1/projects/p/${path}`, {
      method: verb,
      // Google's emulator does not find a method for a body of another type.
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  async createTopic(id: string): Promise<void> {
    await this.#done('PUT', `topics/${id}`, {});
  }

  async createSubscription(id: string, topic: string, fields: object = {}): Promise<void> {
    await this.#done('PUT', `subscriptions/${id}`, { topic: `projects/p/topics/${topic}`, ...fields });
  }

  async publish(topic: string, ...payloads: readonly string[]): Promise<void> {
    await this.publishMessages(
      topic,
      payloads.map((payload) => ({ data: base64(payload) })),
    );
  }

  async publishMessages(topic: string, messages: readonly object[]): Promise<void> {
    await this.#done('POST', `topics/${topic}:publish`, { messages });
  }

  /** The payloads of what is ready, which stay leased. */
  async pull(subscription: string): Promise<string[]> {
    const body = await this.#done('POST', `subscriptions/${subscription}:pull`, {
      maxMessages: 100,
      returnImmediately: true,
    });
    const messages = (body['receivedMessages'] ?? []) as { message: { data: string } }[];
    return messages.map(({ message }) => Buffer.from(message.data, 'base64').toString());
  }

  async #done(verb: string, path: string, body: object): Promise<Record<string, unknown>> {
    const answer = await this.call(verb, path, body);
    if (answer.status !== 200) throw new Error(`${verb} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
