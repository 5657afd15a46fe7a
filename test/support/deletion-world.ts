import './one-realm.ts';
import type { CommandReport } from '../../src/domain/command/command-report.ts';
import type { DeletionReport } from '../../src/domain/deletion/deletion-report.ts';
import type { InstanceUids } from '../../src/domain/dicom/instance-uids.ts';
import { formatTarget } from '../../src/domain/dicom/target.ts';
import { ingestMarkerName } from '../../src/domain/state-names.ts';
import { makeDelete } from '../../src/functions/delete.ts';
import type { EventHandler } from '../../src/functions/deliver.ts';
import { DEFAULT_LANE_SETTINGS } from '../../src/retry/lane.ts';
import { DEFAULT_RETRY_POLICY } from '../../src/retry/policy.ts';
import { makeAdvance } from '../../src/usecases/deletion/advance.ts';
import type {
  DeletionDependencies,
  DeletionSettings,
} from '../../src/usecases/deletion/deletion-dependencies.ts';
import { makeAttempts } from '../../src/usecases/attempts.ts';
import { makeLanes } from '../../src/usecases/lanes.ts';
import type { ArchiveSettings } from './archive/settings.ts';
import { FakeClock } from './fake-clock.ts';
import { InMemoryArchive } from './in-memory-archive.ts';
import { InMemoryDocumentStorage } from './in-memory-document-storage.ts';
import { PortGate, type KillPoint } from './port-gate.ts';
import { pushOf, statusOf } from './push.ts';
import { recordingLogger, type RecordingLogger } from './recording-logger.ts';
import { RecordingPublisher } from './recording-publisher.ts';

const TICK = { action: 'tick' };
const MINUTE_MS = 60_000;
/** Two days of ticks: nothing that a test begins takes longer. */
const MOST_TICKS = 2880;

const DELETION_SETTINGS: DeletionSettings = {
  maxOperations: 5,
  maxTargets: 1000,
  maxDeleteInstances: 50_000,
  maxCleanupShare: 1,
  operationMaxAgeMs: 24 * 60 * MINUTE_MS,
  commandMaxAgeMs: 24 * 60 * MINUTE_MS,
  advanceBudgetMs: 50_000,
  deleteDelayMs: 90_000,
  searchLagMs: 30_000,
  leaseMs: 11 * MINUTE_MS,
};

export interface WorldOptions {
  readonly settings?: Partial<DeletionSettings>;
  readonly archive?: Partial<ArchiveSettings>;
  /** The most names of one page of a listing. */
  readonly pageSize?: number;
}

interface Delivery {
  /** Of the message; by default a new one. */
  readonly messageId?: string;
  readonly kill?: KillPoint;
  /** Before now, in milliseconds. @default 0 */
  readonly publishedAgoMs?: number;
}

/** The delete function with nothing but memory around it: a store, two buckets, a topic and a clock. */
export class DeletionWorld {
  readonly clock = new FakeClock();
  readonly archive: InMemoryArchive;
  readonly state: InMemoryDocumentStorage;
  readonly records: InMemoryDocumentStorage;
  readonly publisher = new RecordingPublisher();
  readonly logger: RecordingLogger = recordingLogger();
  readonly settings: DeletionSettings;
  /** Effects of the last delivery. */
  lastEffects = 0;
  #messages = 0;
  #holders = 0;

  constructor({ settings = {}, archive = {}, pageSize }: WorldOptions = {}) {
    this.settings = { ...DELETION_SETTINGS, ...settings };
    this.archive = new InMemoryArchive(this.clock, archive);
    const paging = pageSize === undefined ? {} : { pageSize };
    this.state = new InMemoryDocumentStorage({}, paging);
    this.records = new InMemoryDocumentStorage({}, paging);
  }

  /** Puts instances `1.{study}`, `1.{study}.{series}`, `1.{study}.{series}.{n}` into the store. */
  fill(studies: number, series: number, instances: number): void {
    for (const uids of everyInstance(studies, series, instances)) this.archive.put(uids);
  }

  /** @returns the status that the platform is answered with: 204 acknowledges. */
  async deliver(content: unknown, { messageId, kill, publishedAgoMs = 0 }: Delivery = {}): Promise<number> {
    this.#messages += 1;
    const gate = new PortGate(kill);
    const message = pushOf(content, {
      messageId: messageId ?? `m${this.#messages}`,
      publishedAtMs: this.clock.now() - publishedAgoMs,
    });
    const status = await statusOf(this.#process(gate), message);
    this.lastEffects = gate.effects;
    // Whoever has been killed answers nobody.
    return gate.isDead ? 500 : status;
  }

  tick(delivery: Delivery = {}): Promise<number> {
    return this.deliver(TICK, delivery);
  }

  /** Lets the scheduler tick every minute until nothing is open any more. */
  async settle(): Promise<void> {
    for (let tick = 0; tick < MOST_TICKS; tick += 1) {
      if (!this.isOpen) return;
      this.clock.advance(MINUTE_MS);
      const status = await this.tick();
      if (status !== 204)
        throw new Error(`A tick was answered ${status}: ${JSON.stringify(this.logger.lines.at(-1))}`);
    }
    throw new Error(`It does not come to an end: ${[...this.state.documents.keys()].join(', ')}`);
  }

  /** Delivers a command until it is acknowledged, and lets time pass until all is over. @returns its final report. */
  async run(content: Readonly<Record<string, unknown>> & { readonly id: string }): Promise<DeletionReport> {
    const status = await this.deliver(content);
    if (status !== 204) throw new Error(`The command was answered ${status}.`);
    await this.settle();
    return this.finalReport(content.id);
  }

  get isOpen(): boolean {
    return [...this.state.documents.keys()].some((name) => name.startsWith('deleting/open/'));
  }

  get commandReports(): readonly CommandReport[] {
    return this.publisher.reports.filter((report) => report.kind !== 'ingest');
  }

  /** The one final report of a command, however often it was published. */
  finalReport(id: string): DeletionReport {
    const finals = this.commandReports.filter((report) => report.id === id && report.final);
    const distinct = [...new Set(finals.map((report) => JSON.stringify(report)))];
    const [text] = distinct;
    if (text === undefined || distinct.length > 1)
      throw new Error(`${id} has ${distinct.length} different final reports: ${distinct.join('\n')}`);
    return JSON.parse(text) as DeletionReport;
  }

  /** Leaves the marker of an ingest. @param day `YYYY-MM-DD`. */
  mark(studyInstanceUid: string, seriesInstanceUid: string, day: string): void {
    this.state.documents.set(ingestMarkerName({ studyInstanceUid, seriesInstanceUid }, day), {});
  }

  hold(name: string): void {
    this.records.documents.set(`holds/${name}`, {});
  }

  #process(gate: PortGate): EventHandler {
    const { clock, logger } = this;
    const attempts = makeAttempts(clock, () => 0.5, DEFAULT_RETRY_POLICY);
    const deletion: DeletionDependencies = {
      state: gate.guard(this.state),
      records: gate.guard(this.records),
      search: gate.guard(this.archive),
      deletion: gate.guard(this.archive),
      publisher: gate.guard(this.publisher),
      attempts,
      lanes: makeLanes(DEFAULT_LANE_SETTINGS, clock),
      clock,
      newHolder: () => {
        this.#holders += 1;
        return `holder-${this.#holders}`;
      },
      settings: this.settings,
    };
    return makeDelete({
      clock,
      logger,
      projectId: 'p',
      timeLimitMs: 525_000,
      deletion,
      advance: makeAdvance(deletion),
    });
  }
}

export function* everyInstance(studies: number, series: number, instances: number): Generator<InstanceUids> {
  for (let a = 1; a <= studies; a += 1)
    for (let b = 1; b <= series; b += 1)
      for (let c = 1; c <= instances; c += 1)
        yield {
          studyInstanceUid: `1.${a}`,
          seriesInstanceUid: `1.${a}.${b}`,
          sopInstanceUid: `1.${a}.${b}.${c}`,
        };
}

/** What {@link everyInstance} gives, as `formatTarget` writes it, without what begins with one of these. */
export function everyInstanceBut(
  counts: readonly [number, number, number],
  gone: readonly string[],
): string[] {
  return [...everyInstance(...counts)]
    .map(formatTarget)
    .filter((name) => !gone.some((prefix) => name === prefix || name.startsWith(`${prefix}/`)))
    .sort();
}
