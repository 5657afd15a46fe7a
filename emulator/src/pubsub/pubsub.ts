import type { Iam } from '../iam/iam.ts';
import type { TokenRegistry } from '../http/tokens.ts';
import type { Publish } from '../stack/messages.ts';
import { publisherMethods } from './api/publisher.ts';
import { subscriberMethods } from './api/subscriber.ts';
import { Broker } from './broker/broker.ts';
import { checkDrafts } from './broker/draft.ts';
import { systemClock, type Clock } from '../clock.ts';
import { forgetfulLog, Journal } from './journal/journal.ts';
import { DEFAULT_PUSH_OPTIONS, type PushOptions } from './push/push-options.ts';
import { PushDispatch } from './push/push-dispatch.ts';
import { guarded } from './rights.ts';
import { StatusError } from './status-error.ts';
import { grpcFrontEnd } from './wire/grpc.ts';
import { http1FrontEnd } from './wire/http1.ts';
import { listenOnOnePort } from './wire/one-port.ts';
import { restHandler } from './wire/rest.ts';

export interface PubsubOptions {
  /** 0 picks a free one. */
  readonly port: number;
  /** Where topics, subscriptions and undelivered messages survive a restart; without it nothing does. */
  readonly dataDir?: string;
  /** Against these a request's bearer token is checked, if it carries one. */
  readonly tokens?: TokenRegistry;
  /** Who may do what. @default everybody everything */
  readonly iam?: Iam;
  /** Makes at-least-once delivery visible: every message comes a second time after it was acknowledged. */
  readonly deliverTwice?: boolean;
  readonly push?: Partial<PushOptions>;
  /** Undelivered messages beyond this are refused with RESOURCE_EXHAUSTED. @default 256 MiB */
  readonly backlogLimitBytes?: number;
  /** How long a pull waits for a first message. @default 30 s */
  readonly pullWaitMs?: number;
  readonly clock?: Clock;
  /** Told, in one sentence, what no caller can be told, e.g. a dead letter without a topic. @default stderr */
  readonly onProblem?: (problem: string) => void;
}

export interface PubsubStandIn {
  /** For REST, e.g. `http://127.0.0.1:8085`; without the scheme it is PUBSUB_EMULATOR_HOST. */
  readonly url: string;
  readonly port: number;
  readonly publish: Publish;
  /** How many messages a subscription has not settled, and how many of them are with a subscriber. */
  backlogOf(subscription: string): { readonly messages: number; readonly outstanding: number };
  /** Ends streams and pushes, and writes the last of the journal. */
  close(): Promise<void>;
}

const CLOSE_GRACE_MS = 1000;

/**
 * Serves Pub/Sub on loopback, gRPC and REST on one port.
 *
 * @throws an error naming the port when it is taken, or the journal when it is damaged.
 */
export async function startPubsub(options: PubsubOptions): Promise<PubsubStandIn> {
  const clock = options.clock ?? systemClock;
  const onProblem = options.onProblem ?? ((problem) => void process.stderr.write(`Pub/Sub: ${problem}\n`));
  const push = new PushDispatch({ ...DEFAULT_PUSH_OPTIONS, ...options.push }, clock);
  const broker = new Broker(
    {
      clock,
      deliverTwice: options.deliverTwice ?? false,
      backlogLimitBytes: options.backlogLimitBytes ?? 256 * 1024 * 1024,
      onProblem,
      onSubscription: (active) => push.follow(active),
    },
    forgetfulLog,
  );
  const journal = await openJournal(broker, options.dataDir);

  const methods = {
    Publisher: guarded(options.iam, publisherMethods(broker)),
    Subscriber: guarded(options.iam, subscriberMethods(broker, clock, options.pullWaitMs ?? 30_000)),
  };
  const http = http1FrontEnd(restHandler(methods, options.tokens));
  const grpc = grpcFrontEnd(methods, broker, options);
  const connections = await listenOnOnePort(options.port, {
    http1: (socket) => http.connect(socket),
    http2: (socket) => grpc.connect(socket),
  }).catch(async (error: unknown) => {
    grpc.close();
    await journal?.close();
    throw error;
  });
  // Only now: nothing is delivered by a service that could not start.
  broker.start();

  return {
    url: `http://127.0.0.1:${connections.port}`,
    port: connections.port,
    async publish(topic, message) {
      await broker.publish(topic, checkDrafts([{ ...message, attributes: { ...message.attributes } }]));
    },
    backlogOf(subscription) {
      const { backlog } = broker.subscription(subscription);
      return { messages: backlog.size, outstanding: backlog.outstanding };
    },
    async close() {
      connections.stopListening();
      broker.close(new StatusError('UNAVAILABLE', 'The service is shutting down.'));
      http.drain();
      grpc.drain(CLOSE_GRACE_MS / 2);
      await connections.close(CLOSE_GRACE_MS);
      grpc.close();
      await journal?.close();
    },
  };
}

/** Restores what an earlier run left in the directory, and writes there from now on. */
async function openJournal(broker: Broker, dataDir: string | undefined): Promise<Journal | undefined> {
  if (dataDir === undefined) return undefined;
  broker.restore(await Journal.read(dataDir));
  const journal = await Journal.start(dataDir, () => broker.snapshot());
  broker.log = journal;
  return journal;
}
