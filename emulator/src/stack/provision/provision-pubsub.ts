import { PubSub, type CreateSubscriptionOptions } from '@google-cloud/pubsub';
import { deadLetterOf, INBOX_TOPIC, PROJECT, topicName, TOPICS, type FunctionSpec } from '../topology.ts';

/** How long a message that was not acknowledged is left alone: at least, and at most. */
export interface RetryBackoff {
  readonly minSeconds: number;
  readonly maxSeconds: number;
}

const ALREADY_EXISTS = 6;
const ACK_DEADLINE_SECONDS = 600;
const MAX_DELIVERY_ATTEMPTS = 100;

/** @param host as `host:port`. */
export function makePubsubClient(host: string): PubSub {
  return new PubSub({ projectId: PROJECT, apiEndpoint: host, emulatorMode: true });
}

/** Makes the topics, and a subscription that keeps the dead letters; what is there already is kept. */
export async function provisionTopics(pubsub: PubSub, functions: readonly FunctionSpec[]): Promise<void> {
  const deadLetters = functions.map((spec) => deadLetterOf(spec.subscription));
  for (const topic of [...Object.values(TOPICS), INBOX_TOPIC, ...deadLetters]) {
    await unlessExists(() => pubsub.createTopic(topic));
  }
  for (const name of deadLetters) await ensurePullSubscription(pubsub, name, name);
}

export async function ensurePullSubscription(pubsub: PubSub, topic: string, name: string): Promise<void> {
  await unlessExists(() => pubsub.topic(topic).createSubscription(name, NEVER_EXPIRES));
}

/** An empty policy means never; without any, Pub/Sub deletes a subscription that was idle for 31 days. */
const NEVER_EXPIRES: CreateSubscriptionOptions = { expirationPolicy: {} };

/**
 * Lets a function's topic push to it, as deployed but for the backoff.
 *
 * A subscription from an earlier run is pointed at where the function listens now, with its backlog.
 */
export async function subscribeFunction(
  pubsub: PubSub,
  spec: FunctionSpec,
  options: { readonly url: string; readonly backoff: RetryBackoff },
): Promise<void> {
  const settings: CreateSubscriptionOptions = {
    ...NEVER_EXPIRES,
    pushConfig: {
      pushEndpoint: `${options.url}/`,
      oidcToken: {
        serviceAccountEmail: `pubsub-push@${PROJECT}.iam.gserviceaccount.com`,
        audience: options.url,
      },
    },
    ackDeadlineSeconds: ACK_DEADLINE_SECONDS,
    retryPolicy: {
      minimumBackoff: { seconds: options.backoff.minSeconds },
      maximumBackoff: { seconds: options.backoff.maxSeconds },
    },
    deadLetterPolicy: {
      deadLetterTopic: topicName(deadLetterOf(spec.subscription)),
      maxDeliveryAttempts: MAX_DELIVERY_ATTEMPTS,
    },
  };
  const isNew = await unlessExists(() =>
    pubsub.topic(spec.topic).createSubscription(spec.subscription, settings),
  );
  if (!isNew) await pubsub.subscription(spec.subscription).setMetadata(settings);
}

/** Whether it was created now. */
async function unlessExists(create: () => Promise<unknown>): Promise<boolean> {
  try {
    await create();
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === ALREADY_EXISTS) return false;
    throw error;
  }
}
