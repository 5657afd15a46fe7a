import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BoundedLog } from './bounded-log.ts';
import { isSevere, listeningPort, parseLogLine, type LogLine } from './log-line.ts';

export interface FunctionProcessOptions {
  readonly name: string;
  /** The file to run. */
  readonly entry: string;
  readonly cwd: string;
  /** 0 picks a free one when it first starts; it keeps that one through restarts. */
  readonly port: number;
  readonly environmentFor: (port: number) => NodeJS.ProcessEnv;
  readonly log: BoundedLog;
  /** A line of severity ERROR or worse, or text that was not in the logging form. */
  readonly onErrorLine: (line: LogLine) => void;
  /** What a person should know: it has died, it is up again. */
  readonly onNotice: (text: string) => void;
  /** Gives up the start. */
  readonly signal?: AbortSignal;
  /** Before the nth restart in a row. @default 0.5 s, doubling up to 15 s */
  readonly restartDelayMs?: (restart: number) => number;
  /** @default 30,000 */
  readonly startTimeoutMs?: number;
}

/** A process that stayed up this long counts as recovered: its next restart is quick again. */
const RECOVERED_AFTER_MS = 30_000;
/** What Cloud Run grants after SIGTERM is 10 s; a developer who stops the stack waits less. */
const STOP_GRACE_MS = 4000;
const PRELOAD = import.meta.resolve('./exit-with-parent.ts');

/**
 * A function in a process of its own, started again whenever it dies.
 *
 * @throws Error when it dies or stays silent before it first listens.
 */
export async function startFunction(options: FunctionProcessOptions): Promise<FunctionProcess> {
  const supervised = new FunctionProcess(options);
  try {
    await supervised.start();
  } catch (error) {
    await supervised.stop();
    throw error;
  }
  return supervised;
}

export class FunctionProcess {
  readonly #options: FunctionProcessOptions;
  readonly #stopping = new AbortController();
  #port: number;
  #run: Run | undefined;
  #supervision: Promise<void> = Promise.resolve();
  #lastWords: string[] = [];

  constructor(options: FunctionProcessOptions) {
    this.#options = options;
    this.#port = options.port;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Of the process that runs now; undefined while it waits to be started again. */
  get processId(): number | undefined {
    return this.#run?.child.pid;
  }

  async start(): Promise<void> {
    const run = this.#launch();
    const { name, signal, startTimeoutMs = 30_000 } = this.#options;
    const given = AbortSignal.any([AbortSignal.timeout(startTimeoutMs), ...(signal ? [signal] : [])]);
    const outcome = await Promise.race([
      run.listening.then(() => 'listening' as const),
      run.ended,
      aborted(given),
    ]);
    if (outcome === 'listening') {
      this.#supervision = this.#supervise(run);
      return;
    }
    signal?.throwIfAborted();
    const how = outcome === 'aborted' ? `did not listen within ${startTimeoutMs / 1000} s` : outcome;
    throw new Error([`The function ${name} could not be started: it ${how}.`, ...this.#lastWords].join('\n'));
  }

  /** Asks it to end, and ends it when it does not within a few seconds. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#run !== undefined) {
      const { child, ended } = this.#run;
      child.kill('SIGTERM');
      const forced = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
      await ended;
      clearTimeout(forced);
    }
    await this.#supervision;
  }

  /** For the last moment of this process, when nothing can be awaited any more. */
  killNow(): void {
    this.#stopping.abort();
    this.#run?.child.kill('SIGKILL');
  }

  async #supervise(first: Run): Promise<void> {
    const { name, onNotice, restartDelayMs = defaultRestartDelayMs } = this.#options;
    let restarts = 0;
    for (let run = first; ; run = this.#launch()) {
      if (run !== first) void run.listening.then(() => onNotice(`${name} is up again at ${this.url}.`));
      const how = await run.ended;
      if (this.#isStopping()) return;
      if (performance.now() - (run.listeningSinceMs ?? Infinity) > RECOVERED_AFTER_MS) restarts = 0;
      const delayMs = restartDelayMs((restarts += 1));
      onNotice(`${name} ${how}; it is started again in ${delayMs / 1000} s.`);
      await sleep(delayMs, undefined, { signal: this.#stopping.signal, ref: false }).catch(() => undefined);
      if (this.#isStopping()) return;
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  #launch(): Run {
    const { entry, cwd, environmentFor } = this.#options;
    const child = spawn(process.execPath, ['--import', PRELOAD, entry], {
      cwd,
      env: environmentFor(this.#port),
      stdio: ['pipe', 'pipe', 'pipe'],
      // In a process group of its own, where Ctrl-C does not reach it: the stack stops it when its turn comes.
      detached: true,
    });
    this.#lastWords = [];
    const listening = new Promise<void>((resolve) => {
      eachLine(child.stdout, (text) => {
        const port = this.#record(text);
        if (port === undefined) return;
        this.#port = port;
        run.listeningSinceMs = performance.now();
        resolve();
      });
    });
    eachLine(child.stderr, (text) => this.#recordText(text));
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(`could not be run (${error.message})`));
      // `close` and not `exit`: its last lines have been read by then.
      child.once('close', (code, signal) =>
        resolve(signal === null ? `ended with exit code ${code ?? 'unknown'}` : `was ended by ${signal}`),
      );
    }).finally(() => (this.#run = undefined));
    const run: Run = { child, listening, ended, listeningSinceMs: undefined };
    this.#run = run;
    return run;
  }

  /** Returns the port when this is the line that says it listens. */
  #record(text: string): number | undefined {
    const line = parseLogLine(text);
    if (line === undefined) {
      this.#recordText(text);
      return undefined;
    }
    this.#options.log.append(text);
    if (isSevere(line)) this.#options.onErrorLine(line);
    return listeningPort(line);
  }

  #recordText(text: string): void {
    const line = { severity: 'DEFAULT', message: text };
    this.#lastWords = [...this.#lastWords.slice(-20), text];
    this.#options.log.append(JSON.stringify(line));
    this.#options.onErrorLine({ ...line, fields: {} });
  }
}

interface Run {
  readonly child: ChildProcess;
  readonly listening: Promise<void>;
  /** By the clock of `performance.now()`. */
  listeningSinceMs: number | undefined;
  /** How it ended, as the rest of a sentence. */
  readonly ended: Promise<string>;
}

function defaultRestartDelayMs(restart: number): number {
  return Math.min(15_000, 500 * 2 ** (restart - 1));
}

function eachLine(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', onLine);
}

function aborted(signal: AbortSignal): Promise<'aborted'> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve('aborted');
    signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  });
}
