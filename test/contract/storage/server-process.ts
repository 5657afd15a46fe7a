import { fork, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Storage } from '@google-cloud/storage';

const MAIN = new URL('./server-main.ts', import.meta.url);

/** A stand-in in a process of its own, to be measured and to be killed. */
export class ServerProcess {
  readonly #dataDir: string;
  #child: ChildProcess | undefined;
  #url = '';

  private constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  static async start(): Promise<ServerProcess> {
    const server = new ServerProcess(await mkdtemp(join(tmpdir(), 'storage-process-')));
    await server.startAgain();
    return server;
  }

  get url(): string {
    return this.#url;
  }

  client(): Storage {
    return new Storage({
      apiEndpoint: this.#url,
      projectId: 'local',
      retryOptions: { autoRetry: false, maxRetries: 0 },
    });
  }

  async startAgain(): Promise<void> {
    this.#child = fork(MAIN, [this.#dataDir], { execArgv: ['--expose-gc'] });
    this.#url = await this.#answer<string>();
  }

  /** Uploads objects a few at a time and kills the server in the midst of them, once `atLeast` are acknowledged. */
  async writeUntilKilled(atLeast: number): Promise<{ readonly acknowledged: readonly string[] }> {
    const bucket = this.client().bucket('killed');
    await bucket.create();
    const acknowledged: string[] = [];
    const exited = new Promise((resolve) => this.#child?.once('exit', resolve));
    const writer = async (id: number): Promise<void> => {
      for (let index = 0; ; index += 1) {
        const name = `${id}/${index}`;
        try {
          await bucket.file(name).save(`content of ${name}`, { resumable: false });
        } catch (error) {
          if (acknowledged.length >= atLeast) return;
          throw error;
        }
        acknowledged.push(name);
        if (acknowledged.length === atLeast) this.#child?.kill('SIGKILL');
      }
    };
    await Promise.all([0, 1, 2, 3].map(writer));
    await exited;
    return { acknowledged };
  }

  /** The resident memory of the idle server after a garbage collection; its peak is counted from here. */
  idleBytes(): Promise<number> {
    return this.#ask('mark');
  }

  /** The largest resident memory since {@link idleBytes}. */
  peakBytes(): Promise<number> {
    return this.#ask('peak');
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child?.exitCode === null && child.signalCode === null) {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await exited;
    }
    await rm(this.#dataDir, { recursive: true, force: true });
  }

  #ask(question: 'mark' | 'peak'): Promise<number> {
    const answer = this.#answer<number>();
    this.#child?.send(question);
    return answer;
  }

  #answer<Value>(): Promise<Value> {
    return new Promise((resolve, reject) => {
      const child = this.#child;
      const onExit = (): void => reject(new Error('The server process has ended.'));
      child?.once('exit', onExit);
      child?.once('message', (message) => {
        child.off('exit', onExit);
        resolve(message as Value);
      });
    });
  }
}
