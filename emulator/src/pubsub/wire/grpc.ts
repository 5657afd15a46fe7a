import {
  Server,
  ServerCredentials,
  type handleBidiStreamingCall,
  type handleUnaryCall,
  status,
  type Metadata,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { Duplex } from 'node:stream';
import type { Iam } from '../../iam/iam.ts';
import type { TokenRegistry } from '../../http/tokens.ts';
import { GoogleError } from '../../http/google-error.ts';
import { checkRight } from '../rights.ts';
import type { Methods, Unary } from '../api/unary.ts';
import type { Broker } from '../broker/broker.ts';
import { StatusError, toStatusError } from '../status-error.ts';
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

/** Who may call. */
interface Guards {
  readonly tokens?: TokenRegistry;
  readonly iam?: Iam;
}

/**
 * The API over gRPC, on connections that are handed in. A call that carries a bearer token must carry a valid one; Google's
 * clients send none to an emulator.
 */
export function grpcFrontEnd(
  methods: Readonly<Record<ServiceName, Methods>>,
  broker: Broker,
  { tokens, iam }: Guards = {},
): GrpcFrontEnd {
  const server = new Server({
    'grpc.max_receive_message_length': RECEIVE_LIMIT_BYTES,
    'grpc.max_send_message_length': -1,
  });
  const streamingPull: handleBidiStreamingCall<StreamingPullRequest, StreamingPullResponse> = (call) =>
    serveStreamingPull(broker, call, (first) => {
      checkRight(iam, accountOf(call.metadata, tokens), 'StreamingPull', first);
    });
  server.addService(grpcDefinition('Publisher'), unaryHandlers(methods.Publisher, tokens));
  server.addService(grpcDefinition('Subscriber'), {
    ...unaryHandlers(methods.Subscriber, tokens),
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

function unaryHandlers(methods: Methods, tokens: TokenRegistry | undefined): UntypedServiceImplementation {
  return Object.fromEntries(
    Object.entries(methods).map(([name, method]) => [name, unaryHandler(method, tokens)]),
  );
}

/** @throws StatusError UNAUTHENTICATED for a token that is not valid. */
function accountOf(metadata: Metadata, tokens: TokenRegistry | undefined): string | undefined {
  const [authorization] = metadata.get('authorization');
  if (typeof authorization !== 'string') return undefined;
  try {
    return tokens?.authenticate({ headers: { authorization } });
  } catch (error) {
    throw error instanceof GoogleError ? new StatusError('UNAUTHENTICATED', error.message, error) : error;
  }
}

function unaryHandler(method: Unary, tokens: TokenRegistry | undefined): handleUnaryCall<object, object> {
  return (call, respond) => {
    const left = new AbortController();
    call.on('cancelled', () => left.abort());
    const answering = async (): Promise<object> =>
      method(call.request, { signal: left.signal, account: accountOf(call.metadata, tokens) });
    answering().then(
      (response) => respond(null, response),
      (error: unknown) => {
        const { status: name, message: details } = toStatusError(error);
        respond({ code: status[name], details });
      },
    );
  };
}
