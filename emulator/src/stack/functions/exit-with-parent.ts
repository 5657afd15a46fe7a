/**
 * Loaded into a function's process before its own code, by `node --import`.
 *
 * The stack holds the other end of standard input and writes nothing to it. When the stack is killed, the
 * kernel closes that end, and the function stops too instead of keeping its port for ever.
 */
const GRACE_MS = 10_000;

process.stdin.on('end', stop).on('error', stop).resume();
// It must not keep alive a process that has nothing else to do.
process.stdin.unref();

function stop(): void {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.exit(1), GRACE_MS).unref();
}
