import { getTestServer } from '@google-cloud/functions-framework/testing';
import type { AddressInfo } from 'node:net';
import { environment } from './environment.ts';
import './index.ts';

// Serves one function on one address, for the local stack and for containers of one's own. It differs from the
// framework's own server in two ways: it can be told to listen on loopback alone, and on SIGTERM it finishes what is in
// flight, where the framework would answer 500 to one request and cut off the others.

const target = environment['FUNCTION_TARGET'] ?? 'ingest';
const host = environment['HOST'] ?? '0.0.0.0';
const DRAIN_MS = 9000;

const server = getTestServer(target);
server.listen(Number(environment['PORT'] ?? 8080), host, () => {
  const { port } = server.address() as AddressInfo;
  log('INFO', 'listening', { port, target });
});

process.once('SIGTERM', drain);
process.once('SIGINT', drain);

/** Takes no more requests, finishes those in flight, and ends; Cloud Run waits ten seconds before it kills. */
function drain(): void {
  const guard = setTimeout(() => process.exit(1), DRAIN_MS);
  const closing = setInterval(() => server.closeIdleConnections(), 20);
  server.close(() => {
    clearTimeout(guard);
    clearInterval(closing);
    process.exit(0);
  });
}

function log(severity: string, message: string, fields: object): void {
  process.stdout.write(`${JSON.stringify({ severity, message, ...fields })}\n`);
}
