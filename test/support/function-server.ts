import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RUNTIME_ENVIRONMENT } from '../../emulator/src/stack/functions/runtime-environment.ts';
import type { EventRequest } from '../../src/functions/event.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const SERVE = path('../../src/functions/serve.ts');

/** The kernel tells CPU time in hundredths of a second, whatever it counts in (USER_HZ). */
const MS_PER_TICK = 10;

/** Ended with this process, should a test not come to its end. */
const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** A function in a process of its own, behind the functions framework, on a free port of loopback. */
export class FunctionServer {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #output: () => string;

  private constructor(child: ChildProcess, url: string, output: () => string) {
    this.#child = child;
    this.url = url;
    this.#output = output;
  }

  /**
   * @param environment all that it finds, beside where to listen; FUNCTION_TARGET names the function, ingest by default.
   * @param script serves it; the source by default, or a bundle of it.
   * @throws Error with what it wrote, when it ends before it listens.
   */
  static async start(environment: Readonly<Record<string, string>>, script = SERVE): Promise<FunctionServer> {
    const child = spawn(process.execPath, [script], {
      env: {
        PATH: '/nonexistent',
        ...RUNTIME_ENVIRONMENT,
        FUNCTION_TARGET: 'ingest',
        ...environment,
        HOST: '127.0.0.1',
        PORT: '0',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    child.once('close', () => running.delete(child));
    let output = '';
    const port = await new Promise<number>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text;
          const [, listening] = /"message":"listening","port":(\d+)/.exec(output) ?? [];
          if (listening !== undefined) resolve(Number(listening));
        });
      }
      child.once('close', (code) =>
        reject(new Error(`The function ended with ${code ?? 'a signal'}.\n${output}`)),
      );
    });
    return new FunctionServer(child, `http://127.0.0.1:${port}`, () => output);
  }

  /** Everything it has written, to standard output and standard error. */
  get output(): string {
    return this.#output();
  }

  /** @returns the status it answers. */
  async deliver({ headers, body }: EventRequest): Promise<number> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(this.url, {
      method: 'POST',
      headers: headers as Record<string, string>,
      body: text,
    });
    await answer.arrayBuffer();
    return answer.status;
  }

  /** The most memory it has had resident so far, in bytes; where the kernel does not tell, what it has now. */
  peakMemoryBytes(): number {
    const { pid = 0 } = this.#child;
    if (process.platform !== 'linux') {
      return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024;
    }
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    if (kibibytes === undefined)
      throw new Error('The kernel does not say how much memory the function took.');
    return Number(kibibytes) * 1024;
  }

  /** The CPU time of all its threads so far, in milliseconds, as fine as the kernel counts (10 ms). */
  cpuTimeMs(): number {
    const { pid = 0 } = this.#child;
    if (process.platform !== 'linux') {
      const time = execFileSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' });
      return time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
    }
    // After the name of the program, which may hold blanks: the 12th and 13th fields are user and system time (proc(5)).
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /su, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
  }

  /** Ends it in an orderly way. @returns its exit code. */
  async stop(): Promise<number | null> {
    if (this.#child.exitCode === null) {
      const closed = once(this.#child, 'close');
      this.#child.kill('SIGTERM');
      await closed;
    }
    return this.#child.exitCode;
  }
}
