import { getTestServer } from '@google-cloud/functions-framework/testing';
import type { AddressInfo } from 'node:net';
import { answerParent } from './answer-parent.ts';
import type { FunctionReady, FunctionUsage } from './function-messages.ts';
import { peakMemoryBytes } from './peak-memory.ts';

// Serves one function on loopback, by the framework's own server. The framework's command would listen on every
// address of the machine.

const { BENCH_MODULE: modulePath = '', FUNCTION_TARGET: target = '' } = process.env;

const importing = performance.now();
await import(modulePath);
const importMs = performance.now() - importing;

const server = getTestServer(target);
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  const ready: FunctionReady = { port, importMs };
  answerParent(ready, (): FunctionUsage => {
    const { user, system } = process.cpuUsage();
    return {
      cpuMs: (user + system) / 1000,
      peakMemoryBytes: peakMemoryBytes(),
      memoryBytes: process.memoryUsage.rss(),
    };
  });
});
