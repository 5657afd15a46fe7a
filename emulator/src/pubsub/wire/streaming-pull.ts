import type { ServerDuplexStream } from '@grpc/grpc-js';
import { receivedMessage } from '../api/received-message.ts';
import { pullable } from '../api/subscriber.ts';
import type { ActiveSubscription } from '../broker/active-subscription.ts';
import type { Broker } from '../broker/broker.ts';
import type { Consumer } from '../broker/consumer.ts';
import type { Delivery, Room } from '../delivery/backlog.ts';
import { checkName } from '../resources/names.ts';
import { StatusError, toStatusError } from '../status-error.ts';
import type { StreamingPullRequest, StreamingPullResponse } from './messages.ts';

type Stream = ServerDuplexStream<StreamingPullRequest, StreamingPullResponse>;

let streams = 0;

/**
 * Serves one open stream until the client or the service ends it.
 *
 * @param check throws for a first request that the caller may not make.
 */
export function serveStreamingPull(
  broker: Broker,
  stream: Stream,
  check: (first: StreamingPullRequest) => void,
): void {
  let consumer: StreamConsumer | undefined;
  stream.on('data', (request: StreamingPullRequest) => {
    try {
      if (consumer === undefined) {
        check(request);
        consumer = StreamConsumer.open(broker, stream, request);
      } else consumer.receive(request);
    } catch (error) {
      consumer?.leave();
      endWithError(stream, toStatusError(error));
    }
  });
  stream.on('end', () => {
    consumer?.leave();
    stream.end();
  });
  stream.on('cancelled', () => consumer?.leave());
  stream.on('error', () => consumer?.leave());
}

/**
 * An open stream as a consumer. What it holds stays leased when the stream ends, until the deadlines pass, as
 * on the real service.
 */
class StreamConsumer implements Consumer {
  readonly id: string;
  readonly #subscription: ActiveSubscription;
  readonly #stream: Stream;
  readonly #maximum: Room;
  /** From protocol version 1 on the server answers a keep-alive, and a client breaks off without one. */
  readonly #answersKeepAlive: boolean;
  #leaseSeconds: number;
  #isDraining = false;
  #isOver = false;

  private constructor(subscription: ActiveSubscription, stream: Stream, first: StreamingPullRequest) {
    streams += 1;
    this.id = `stream-${streams}`;
    this.#subscription = subscription;
    this.#stream = stream;
    this.#leaseSeconds = checkLease(first.streamAckDeadlineSeconds ?? 0);
    this.#answersKeepAlive = (first.protocolVersion ?? 0) >= 1;
    this.#maximum = {
      messages: positiveOr(first.maxOutstandingMessages, Infinity),
      bytes: positiveOr(first.maxOutstandingBytes, Infinity),
    };
  }

  /** @throws StatusError as the first request of a stream deserves. */
  static open(broker: Broker, stream: Stream, first: StreamingPullRequest): StreamConsumer {
    const name = checkName('subscriptions', first.subscription);
    const subscription = pullable(broker.subscription(name));
    const consumer = new StreamConsumer(subscription, stream, first);
    // Headers first: clients take a stream without them for one that is not yet connected.
    stream.write({
      subscriptionProperties: {
        exactlyOnceDeliveryEnabled: false,
        messageOrderingEnabled: subscription.resource.enableMessageOrdering === true,
      },
    });
    consumer.#settle(first);
    subscription.attach(consumer);
    return consumer;
  }

  get leaseMs(): number {
    return this.#leaseSeconds * 1000;
  }

  /** A request after the first: acknowledgements, deadlines, or nothing at all to keep the stream alive. */
  receive(request: StreamingPullRequest): void {
    if ((request.subscription ?? '') !== '') {
      throw new StatusError('INVALID_ARGUMENT', 'Only the first request of a stream names the subscription.');
    }
    if ((request.streamAckDeadlineSeconds ?? 0) !== 0) {
      this.#leaseSeconds = checkLease(request.streamAckDeadlineSeconds ?? 0);
    }
    this.#settle(request);
    const isKeepAlive = (request.ackIds ?? []).length + (request.modifyDeadlineAckIds ?? []).length === 0;
    if (isKeepAlive && this.#answersKeepAlive) this.#stream.write({});
  }

  room(held: Room): Room {
    if (this.#isDraining || this.#isOver) return { messages: 0, bytes: 0 };
    return {
      messages: this.#maximum.messages - held.messages,
      bytes: this.#maximum.bytes - held.bytes,
    };
  }

  deliver(deliveries: readonly Delivery[]): void {
    const hasRoom = this.#stream.write({ receivedMessages: deliveries.map(receivedMessage) });
    if (hasRoom) return;
    this.#isDraining = true;
    this.#stream.once('drain', () => {
      this.#isDraining = false;
      this.#subscription.pump();
    });
  }

  stop(reason: StatusError): void {
    this.#isOver = true;
    endWithError(this.#stream, reason);
  }

  /** The client has ended the stream. */
  leave(): void {
    this.#isOver = true;
    this.#subscription.detach(this);
  }

  #settle(request: StreamingPullRequest): void {
    const { ackIds = [], modifyDeadlineAckIds = [], modifyDeadlineSeconds = [] } = request;
    if (modifyDeadlineAckIds.length !== modifyDeadlineSeconds.length) {
      throw new StatusError(
        'INVALID_ARGUMENT',
        'Each of modify_deadline_ack_ids needs its modify_deadline_seconds.',
      );
    }
    this.#subscription.acknowledge(ackIds);
    modifyDeadlineAckIds.forEach((ackId, index) => {
      this.#subscription.modifyAckDeadline([ackId], modifyDeadlineSeconds[index] ?? 0);
    });
  }
}

function checkLease(seconds: number): number {
  if (seconds >= 10 && seconds <= 600) return seconds;
  throw new StatusError(
    'INVALID_ARGUMENT',
    `Invalid stream_ack_deadline_seconds: ${seconds}; it must be between 10 and 600.`,
  );
}

/** Zero and negative limits mean none. */
function positiveOr(value: number | undefined, fallback: number): number {
  return value !== undefined && value > 0 ? value : fallback;
}

function endWithError(stream: Stream, error: StatusError): void {
  stream.emit('error', { code: error.grpcCode, details: error.message });
}
