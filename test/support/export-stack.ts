import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { followReports, type ReportFeed } from '../../emulator/src/stack/report-feed.ts';
import { startStack, type Stack, type StackOptions } from '../../emulator/src/stack/stack.ts';
import { DICOM_STORE } from '../../emulator/src/stack/topology.ts';
import type { ExportReport } from '../../src/usecases/export/finish-export.ts';
import { deployedRights } from './rights.ts';
import { until } from './until.ts';

/** How many instances are sent into the store at once. */
const UPLOADS_AT_ONCE = 8;

/**
 * A local stack whose store is filled directly, and whose export function gets commands by its topic. The functions may do what a
 * deployment lets them do.
 */
export class ExportStack {
  readonly stack: Stack;
  readonly dataDir: string;
  /** Everything published of exports, in order of arrival. */
  readonly reports: ExportReport[] = [];
  readonly #root: string;
  #feed: ReportFeed | undefined;

  private constructor(stack: Stack, root: string, dataDir: string) {
    this.stack = stack;
    this.#root = root;
    this.dataDir = dataDir;
  }

  static async start(
    options: Partial<StackOptions> = {},
    onReport: () => void = () => undefined,
  ): Promise<ExportStack> {
    const root = mkdtempSync(join(tmpdir(), 'courier-export-'));
    const dataDir = join(root, 'data');
    const ports = { storage: 0, pubsub: 0, healthcare: 0, functions: 0 };
    const backoff = { minSeconds: 0, maxSeconds: 1 };
    const stack = await startStack({ dataDir, ports, backoff, policy: deployedRights(), ...options });
    const one = new ExportStack(stack, root, dataDir);
    one.#feed = await followReports(stack.clients.pubsub, {
      onReport: (report) => {
        if (isExport(report)) one.reports.push(report);
        onReport();
        return Promise.resolve();
      },
      onProblem: (text) => process.stderr.write(`${text}\n`),
    });
    return one;
  }

  /** Sends instances into the store, some at once. */
  async fill(instances: Iterable<Buffer>): Promise<void> {
    const waiting = instances[Symbol.iterator]();
    const sendAll = async (): Promise<void> => {
      for (let next = waiting.next(); next.done !== true; next = waiting.next())
        await this.#store(next.value);
    };
    await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, sendAll));
  }

  /** Publishes a command, and waits for its final report. */
  async export(command: Readonly<Record<string, unknown>> & { readonly id: string }): Promise<ExportReport> {
    await this.publish(command);
    return this.finalReport(command.id);
  }

  async publish(message: object): Promise<void> {
    await this.stack.clients.pubsub.topic('dicom-export').publishMessage({ json: message });
  }

  async finalReport(id: string): Promise<ExportReport> {
    const isFinal = (report: ExportReport): boolean => report.id === id && report.final;
    await until(() => this.reports.some(isFinal));
    const report = this.reports.find(isFinal);
    if (report === undefined) throw new Error('There is no final report.');
    return report;
  }

  /** The names under a prefix, sorted. */
  async names(bucket: string, prefix = ''): Promise<string[]> {
    const [files] = await this.stack.clients.storage.bucket(bucket).getFiles({ prefix });
    return files.map(({ name }) => name).sort();
  }

  async read(bucket: string, name: string): Promise<Buffer> {
    const url = `${this.stack.services.storageUrl}/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}?alt=media`;
    const answer = await fetch(url);
    if (answer.status !== 200) throw new Error(`${bucket}/${name} was answered ${answer.status}.`);
    return Buffer.from(await answer.arrayBuffer());
  }

  /** The lines of a manifest by object, as a report names it. */
  async manifest({
    manifest,
  }: Pick<ExportReport, 'manifest'>): Promise<Map<string, Record<string, unknown>>> {
    const [, bucket = '', name = ''] = /^gs:\/\/([^/]+)\/(.+)$/.exec(manifest ?? '') ?? [];
    const text = (await this.read(bucket, name)).toString('utf8');
    const lines = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    return new Map(lines.map((line) => [String(line['object']), line]));
  }

  /** The export function's process. */
  get process(): Stack['functions'][number]['process'] {
    const found = this.stack.functions.find(({ name }) => name === 'export');
    if (found === undefined) throw new Error('There is no export function.');
    return found.process;
  }

  get log(): string {
    return readFileSync(this.stack.logPath('export'), 'utf8');
  }

  /** The most memory that the function has had resident; undefined where the kernel does not tell. */
  peakMemoryBytes(): number | undefined {
    if (process.platform !== 'linux') return undefined;
    const status = readFileSync(`/proc/${this.process.processId ?? 0}/status`, 'utf8');
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
    return Number(kibibytes) * 1024;
  }

  async close(): Promise<void> {
    await this.#feed?.close();
    await this.stack.close();
    rmSync(this.#root, { recursive: true, force: true });
  }

  async #store(bytes: Buffer): Promise<void> {
    const url = `${this.stack.services.healthcareUrl}/v1/${DICOM_STORE}/dicomWeb/studies`;
    const headers = { authorization: 'Bearer local', accept: 'application/dicom+json' };
    const answer = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/dicom' },
      body: new Uint8Array(bytes),
    });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`The store answered ${answer.status}: ${text}`);
  }
}

function isExport(report: object): report is ExportReport {
  return 'kind' in report && report.kind === 'export';
}
