import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { CommandReport } from '../../src/domain/command/command-report.ts';
import type { IngestReport, Report } from '../../src/domain/report.ts';
import { DEPLOYED_RIGHTS } from './rights.ts';

/** The first line of `npm start --json`. */
export interface Ready {
  readonly project: string;
  readonly storage: string;
  readonly pubsub: string;
  readonly healthcare: string;
  readonly dicomStore: string;
  readonly buckets: Readonly<Record<'inbox' | 'exports' | 'quarantine' | 'state' | 'records', string>>;
  readonly topics: Readonly<Record<'export' | 'delete' | 'results', string>>;
  readonly functions: Readonly<Record<string, string>>;
  readonly drop: string;
}

/**
 * The whole local stack in a process of its own, as a user starts it, on free ports and in a folder of its own. The functions may
 * do what a deployment lets them do.
 */
export class LocalStack {
  readonly ready: Ready;
  /** Every report published since the start, in order of arrival. */
  readonly reports: Report[] = [];
  readonly data: string;
  readonly #child: ChildProcess;
  readonly #errors: string[];
  #changed: () => void = () => undefined;

  private constructor(child: ChildProcess, ready: Ready, data: string, errors: string[]) {
    this.#child = child;
    this.ready = ready;
    this.data = data;
    this.#errors = errors;
  }

  static start(...args: string[]): Promise<LocalStack> {
    return LocalStack.startWith({}, ...args);
  }

  /** @param environment beside that of this process, as a shell would set it. */
  static async startWith(
    environment: Readonly<Record<string, string>>,
    ...args: string[]
  ): Promise<LocalStack> {
    const data = mkdtempSync(join(tmpdir(), 'dicom-courier-'));
    const child = spawn(
      process.execPath,
      [
        'emulator/src/main.ts',
        '--json',
        ...['storage', 'pubsub', 'healthcare', 'functions'].flatMap((name) => [`--${name}-port`, '0']),
        ...['--data', join(data, 'data'), '--drop', join(data, 'inbox'), '--iam', DEPLOYED_RIGHTS, ...args],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } },
    );
    const errors: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      errors.push(line);
      errors.splice(0, errors.length - 100);
    });
    const lines = createInterface({ input: child.stdout });
    const ready = await new Promise<Ready>((resolve, reject) => {
      lines.once('line', (line) => resolve(JSON.parse(line) as Ready));
      child.once('exit', (code) =>
        reject(new Error(`The stack ended with ${code ?? 'a signal'}:\n${errors.join('\n')}`)),
      );
    });
    const stack = new LocalStack(child, ready, data, errors);
    lines.on('line', (line) => stack.#read(line));
    return stack;
  }

  /** Waits until reports on as many different objects have arrived. */
  async reported(count: number, timeoutMs = 60_000): Promise<void> {
    const deadline = AbortSignal.timeout(timeoutMs);
    while (this.outcomes().size < count) {
      await new Promise<void>((resolve, reject) => {
        this.#changed = resolve;
        deadline.addEventListener('abort', () =>
          reject(
            new Error(
              `${this.outcomes().size} of ${count} reports in ${timeoutMs} ms.\n${this.#errors.join('\n')}`,
            ),
          ),
        );
      });
    }
  }

  /** The reports on objects by their id; a repeat replaces the one before. */
  outcomes(): Map<string, IngestReport> {
    const reports = this.reports.filter((report) => report.kind === 'ingest');
    return new Map(reports.map((report) => [report.reportId, report]));
  }

  /** The reports on commands by their id; the last one counts, be it progress or final. */
  commandReports(): Map<string, CommandReport> {
    const reports = this.reports.filter((report) => report.kind !== 'ingest');
    return new Map(reports.map((report) => [report.reportId, report]));
  }

  /** Fetches from the DICOM store over DICOMweb. */
  dicomWeb(path: string, accept = 'application/dicom; transfer-syntax=*'): Promise<Response> {
    return fetch(`${this.ready.healthcare}/v1/${this.ready.dicomStore}/dicomWeb/${path}`, {
      headers: { authorization: 'Bearer local', accept },
    });
  }

  async stop(): Promise<number | null> {
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGTERM');
      await once(this.#child, 'exit');
    }
    rmSync(this.data, { recursive: true, force: true });
    return this.#child.exitCode;
  }

  #read(line: string): void {
    const { report } = JSON.parse(line) as { report?: Report };
    if (report === undefined) return;
    this.reports.push(report);
    this.#changed();
  }
}
