import type { IngestReport } from '../../../src/domain/report.ts';
import { bundleFunction, type BundledFunction } from '../bundled-function.ts';
import { FunctionServer } from '../function-server.ts';
import { LocalProject, type Arrival } from '../local-project.ts';
import { StandInStore } from '../stand-in-store.ts';
import type { FuzzFile } from './fuzz-files.ts';

/** What went against the promises, each with how to get the file again. */
export interface RoundResult {
  readonly problems: readonly string[];
  /** Outcome and reason to number of files. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly peakMemoryBytes: number;
  /** Of the dearest files, as far as it is known: a batch that took less in all is not taken apart. */
  readonly mostCpuMs: number;
}

const BATCH = 16;
/** So often a file is delivered to a function that has no time. */
const MOST_TRIES = 5;
/** What one file may cost. */
const MOST_CPU_MS = 1000;

/**
 * Real ingest in a process of its own, in a project of its own, fed with many files.
 *
 * A data set may name itself twice, and the store believe the name that the worker has not read: it then lists another
 * instance than was sent, and the delivery is given back, again and again, to the dead-letter topic. Nothing else may be.
 */
export class FuzzRound {
  readonly #project: LocalProject;
  readonly #bundle: BundledFunction;
  readonly #server: FunctionServer;
  readonly #problems: string[] = [];
  readonly #outcomes = new Map<string, number>();
  readonly #stored = new Set<string>();
  readonly #setAside = new Set<string>();
  readonly #givenBack: FuzzFile[] = [];
  #mostCpuMs = 0;
  #files = 0;

  private constructor(project: LocalProject, bundle: BundledFunction, server: FunctionServer) {
    this.#project = project;
    this.#bundle = bundle;
    this.#server = server;
  }

  static async run(files: Iterable<FuzzFile>): Promise<RoundResult> {
    const [project, bundle] = await Promise.all([LocalProject.start(), bundleFunction()]);
    // What the store answers to one file it answers again, so trying for long shows no more.
    const server = await FunctionServer.start(
      { ...project.environment, RETRY_BUDGET: '300ms' },
      bundle.script,
    );
    const round = new FuzzRound(project, bundle, server);
    try {
      return await round.#run(files);
    } finally {
      await round.#close();
    }
  }

  async #run(files: Iterable<FuzzFile>): Promise<RoundResult> {
    let batch: FuzzFile[] = [];
    for (const file of files) {
      batch.push(file);
      if (batch.length < BATCH) continue;
      await this.#deliver(batch);
      batch = [];
    }
    await this.#deliver(batch);
    await this.#expectNothingElse();
    return {
      problems: this.#problems,
      outcomes: this.#outcomes,
      peakMemoryBytes: this.#server.peakMemoryBytes(),
      mostCpuMs: this.#mostCpuMs,
    };
  }

  async #deliver(batch: readonly FuzzFile[]): Promise<void> {
    this.#files += batch.length;
    const before = this.#server.cpuTimeMs();
    const arrivals = await Promise.all(
      batch.map(async (file) => {
        const { object, push } = await this.#project.drop(nameOf(file), file.bytes);
        return { file, object, push, status: await this.#deliverOne(push) };
      }),
    );
    const cpuMs = this.#server.cpuTimeMs() - before;
    const reports = Map.groupBy(await this.#project.takeReports(), ({ object }) => object?.name);
    for (const { file, status } of arrivals) {
      const own = reports.get(nameOf(file)) ?? [];
      const problem = await this.#judge(file, status, own);
      if (problem !== undefined) this.#problems.push(`${problem}: ${file.recipe}`);
    }
    if (cpuMs < MOST_CPU_MS) this.#mostCpuMs = Math.max(this.#mostCpuMs, cpuMs / batch.length);
    else for (const { file, push } of arrivals) await this.#weigh(file, () => this.#server.deliver(push));
  }

  /** A function on a busy machine may have no time for a file, says so (429), and is given it again. */
  async #deliverOne(push: Arrival['push']): Promise<number> {
    for (let tries = 1; ; tries += 1) {
      const status = await this.#server.deliver(push);
      if (status !== 429 || tries === MOST_TRIES) return status;
    }
  }

  /** @returns what is wrong. */
  async #judge(
    file: FuzzFile,
    status: number,
    reports: readonly IngestReport[],
  ): Promise<string | undefined> {
    const { bytes } = file;
    const [report] = reports;
    if (status === 503 && reports.length === 0) {
      this.#givenBack.push(file);
      return undefined;
    }
    if (status !== 204) return `answered ${status}`;
    if (report === undefined || reports.length > 1) return `reported ${reports.length} times`;
    const key = `${report.outcome} ${report.reason ?? ''}`.trim();
    this.#outcomes.set(key, (this.#outcomes.get(key) ?? 0) + 1);
    if (report.outcome === 'stored' || report.outcome === 'already-stored') {
      const [instance] = report.instances;
      if (instance === undefined) return 'stored without an instance';
      this.#stored.add(`${instance.study}/${instance.series}/${instance.instance}`);
      const found = await this.#project.stored(instance);
      return found?.equals(bytes) === true
        ? undefined
        : `${key}, and the store has other bytes or none (${found?.length ?? 0} for ${bytes.length})`;
    }
    if (report.outcome !== 'rejected' && report.outcome !== 'conflict') return `reported ${report.outcome}`;
    const name = `${report.reason ?? report.outcome}/${report.reportId.replace('ingest:', '')}`;
    this.#setAside.add(name);
    const copy = await this.#project.read('quarantine', name).catch(() => undefined);
    return copy?.equals(bytes) === true ? undefined : 'set aside, and quarantine has other bytes or none';
  }

  /** Delivers one again by itself: the same work, and CPU time that is its own. */
  async #weigh(file: FuzzFile, deliver: () => Promise<number>): Promise<void> {
    const before = this.#server.cpuTimeMs();
    await deliver();
    await this.#project.takeReports();
    const cpuMs = this.#server.cpuTimeMs() - before;
    this.#mostCpuMs = Math.max(this.#mostCpuMs, cpuMs);
    if (cpuMs >= MOST_CPU_MS) this.#problems.push(`took ${cpuMs} ms of CPU: ${file.recipe}`);
  }

  /** In the store and in quarantine is what was reported, and what the store has misread, and nothing beside it. */
  async #expectNothingElse(): Promise<void> {
    const aside = (await this.#project.names('quarantine')).filter((name) => !this.#setAside.has(name));
    const known = await new StandInStore(this.#project.environment).uids();
    const extra = await Promise.all(
      known
        .filter((name) => !this.#stored.has(name))
        .map(async (name) => ({ name, bytes: await this.#storedAs(name) })),
    );
    const isMisread = ({ bytes }: FuzzFile): boolean => extra.some((found) => found.bytes?.equals(bytes));
    const isGivenBack = (bytes: Buffer | undefined): boolean =>
      this.#givenBack.some((file) => bytes?.equals(file.bytes));
    const unexplained = extra.filter(({ bytes }) => !isGivenBack(bytes)).map(({ name }) => name);
    if (aside.length + unexplained.length > 0)
      this.#problems.push(`there is what nobody reported: ${[...aside, ...unexplained].join(', ')}`);
    for (const file of this.#givenBack) {
      if (isMisread(file)) continue;
      // The store may have taken it for an instance that another file was stored as; it is seen by itself what it is taken for.
      if (this.#files > 1) this.#problems.push(...(await FuzzRound.run([file])).problems);
      else this.#problems.push(`given back for no reason: ${file.recipe}`);
    }
    this.#outcomes.set('given back, because the store takes it for another instance', this.#givenBack.length);
  }

  #storedAs(name: string): Promise<Buffer | undefined> {
    const [study = '', series = '', instance = ''] = name.split('/').map(encodeURIComponent);
    return this.#project.stored({ study, series, instance });
  }

  async #close(): Promise<void> {
    await this.#server.stop();
    this.#bundle.remove();
    await this.#project.close();
  }
}

function nameOf({ number }: FuzzFile): string {
  return `fuzz/${number}.dcm`;
}
