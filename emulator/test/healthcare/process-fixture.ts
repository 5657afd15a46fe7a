import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface StandInProcess {
  readonly url: string;
  /** The most memory it ever had. */
  peakBytes(): Promise<number>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

export async function startProcess(dataDir: string): Promise<StandInProcess> {
  const script = fileURLToPath(new URL('./stand-in-process.ts', import.meta.url));
  // Dead network buffers are collected early, so that what is measured is what is held.
  const child = fork(script, [dataDir], { execArgv: ['--max-semi-space-size=4'] });
  const { url } = (await nextMessage(child)) as { url: string };
  return {
    url,
    peakBytes: async () => {
      child.send('peak');
      const { peakBytes } = (await nextMessage(child)) as { peakBytes: number };
      return peakBytes;
    },
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function nextMessage(child: ChildProcess): Promise<unknown> {
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`The stand-in ended with exit code ${String(code)}.`);
  });
  // The exit that a test causes itself is nobody's error.
  died.catch(() => undefined);
  const [message] = (await Promise.race([once(child, 'message'), died])) as [unknown];
  return message;
}
