import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface RunningEmulator {
  /** For REST; without the scheme it is PUBSUB_EMULATOR_HOST. */
  readonly url: string;
  close(): Promise<void>;
}

const START_LIMIT_MS = 30_000;

/**
 * Starts Google's own Pub/Sub emulator on a free port. Its state is in memory.
 *
 * @param found from the peer `pubsubEmulator`.
 * @throws an error with what it wrote when it does not come up.
 */
export async function startPubsubEmulator(found: { readonly jar: string }): Promise<RunningEmulator> {
  const port = await freePort();
  const jvm = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  const child = spawn('java', [...jvm, '-jar', found.jar, '--host=127.0.0.1', `--port=${port}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output = `${output}${chunk.toString()}`.slice(-4000)));
  }
  const exited = once(child, 'exit');
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  const url = `http://127.0.0.1:${port}`;
  const giveUpAt = Date.now() + START_LIMIT_MS;
  while (!(await answers(url))) {
    if (child.exitCode !== null || Date.now() > giveUpAt) {
      await close();
      throw new Error(`Google's Pub/Sub emulator does not come up:\n${output}`);
    }
    await delay(50);
  }
  return { url, close };
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url).then((response) => response.text());
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
