import {
  Server,
  ServerCredentials,
  type handleBidiStreamingCall,
  type handleUnaryCall,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { Duplex } from 'node:stream';
import type { Methods, Unary } from '../api/unary.ts';
import type { Broker } from '../broker/broker.ts';
import { toStatusError } from '../status-error.ts';
import type { StreamingPullRequest, StreamingPullResponse } from './messages.ts';
import { grpcDefinition, type ServiceName } from './protos.ts';
import { serveStreamingPull } from './streaming-pull.ts';

/** Above Google's 10 MB for a publish request, so that a larger one is refused by that rule and not by gRPC. */
const RECEIVE_LIMIT_BYTES = 24 * 1024 * 1024;

export interface GrpcFrontEnd {
  /** Serves a connection that has begun with HTTP/2's preface. */
  connect(socket: Duplex): void;
  /** Asks clients to leave; connections that are still open after the time are cut. */
  drain(graceMs: number): void;
  close(): void;
}

/** The API over gRPC, without credentials, on connections that are handed in. */
export function grpcFrontEnd(methods: Readonly<Record<ServiceName, Methods>>, broker: Broker): GrpcFrontEnd {
  const server = new Server({
    'grpc.max_receive_message_length': RECEIVE_LIMIT_BYTES,
    'grpc.max_send_message_length': -1,
  });
  const streamingPull: handleBidiStreamingCall<StreamingPullRequest, StreamingPullResponse> = (call) =>
    serveStreamingPull(broker, call);
  server.addService(grpcDefinition('Publisher'), unaryHandlers(methods.Publisher));
  server.addService(grpcDefinition('Subscriber'), {
    ...unaryHandlers(methods.Subscriber),
    StreamingPull: streamingPull,
  });
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  return {
    connect: (socket) => injector.injectConnection(socket),
    drain: (graceMs) => injector.drain(graceMs),
    close() {
      injector.destroy();
      server.forceShutdown();
    },
  };
}

function unaryHandlers(methods: Methods): UntypedServiceImplementation {
  return Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, unaryHandler(method)]));
}

function unaryHandler(method: Unary): handleUnaryCall<object, object> {
  return (call, respond) => {
    const left = new AbortController();
    call.on('cancelled', () => left.abort());
    const answering = async (): Promise<object> => method(call.request, { signal: left.signal });
    answering().then(
      (response) => respond(null, response),
      (error: unknown) => {
        const { status: name, message: details } = toStatusError(error);
        respond({ code: status[name], details });
      },
    );
  };
}
