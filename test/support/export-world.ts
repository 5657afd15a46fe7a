import { crc32c } from '../../src/adapters/node-crc32c.ts';
import type { InstanceUids } from '../../src/domain/dicom/instance-uids.ts';
import { CourierError } from '../../src/domain/errors.ts';
import type { MessagePublisher } from '../../src/ports/message-publisher.ts';
import { makeExport } from '../../src/functions/export.ts';
import { DEFAULT_LANE_SETTINGS } from '../../src/retry/lane.ts';
import { DEFAULT_RETRY_POLICY, type RetryPolicy } from '../../src/retry/policy.ts';
import { makeAttempts } from '../../src/usecases/attempts.ts';
import { beginExport, type IncomingMessage } from '../../src/usecases/export/begin-export.ts';
import type { ExportDependencies, ExportSettings } from '../../src/usecases/export/export-dependencies.ts';
import { exportSlice } from '../../src/usecases/export/export-slice.ts';
import type { ExportReport } from '../../src/usecases/export/finish-export.ts';
import type { Invocation } from '../../src/usecases/invocation.ts';
import { makeLanes } from '../../src/usecases/lanes.ts';
import type { SliceMessage } from '../../src/domain/export/slice-message.ts';
import { makeInvocation } from './factories.ts';
import { FakeClock } from './fake-clock.ts';
import { Faults, type FaultScript } from './fault-script.ts';
import { InMemoryArchive } from './in-memory-archive.ts';
import { InMemoryDocumentStorage } from './in-memory-document-storage.ts';
import { InMemoryObjectWriter } from './in-memory-object-writer.ts';
import { InMemoryRetrieval } from './in-memory-retrieval.ts';
import { PortGate, type KillPoint } from './port-gate.ts';
import { pushOf, statusOf } from './push.ts';
import { recordingLogger } from './recording-logger.ts';
import { RecordingPublisher } from './recording-publisher.ts';
import { makeDicom } from './synthetic-dicom.ts';

/** Keeps the slices that are published, for the test to deliver. */
class RecordingMessages implements MessagePublisher {
  readonly messages: SliceMessage[] = [];
  readonly faults: Faults;

  constructor(faults: FaultScript = []) {
    this.faults = new Faults(faults);
  }

  async publish(messages: readonly unknown[], signal: AbortSignal): Promise<void> {
    await Promise.resolve();
    signal.throwIfAborted();
    this.faults.next();
    this.messages.push(...(messages as SliceMessage[]));
  }
}

export interface ExportWorldOptions {
  readonly settings?: Partial<ExportSettings>;
  readonly policy?: Partial<RetryPolicy>;
  readonly paging?: ExportDependencies['paging'];
}

/** Everything that exports work with, in memory. */
export class ExportWorld {
  readonly clock = new FakeClock();
  readonly archive = new InMemoryArchive(this.clock);
  readonly retrieval = new InMemoryRetrieval();
  readonly buckets = new InMemoryObjectWriter();
  readonly state = new InMemoryDocumentStorage();
  readonly records = new InMemoryDocumentStorage();
  readonly publisher = new RecordingPublisher();
  readonly slices = new RecordingMessages();
  readonly logger = recordingLogger();
  readonly deps: ExportDependencies;
  /** Effects of the last delivery. */
  lastEffects = 0;
  readonly #options: ExportWorldOptions;
  #dice = 0;
  #messages = 0;
  #deliveries = 0;

  constructor(options: ExportWorldOptions = {}) {
    this.#options = options;
    this.deps = this.#dependencies(new PortGate());
  }

  #dependencies(gate: PortGate): ExportDependencies {
    const { settings = {}, policy = {}, paging = { pageSize: 7, mostOffset: 1000 } } = this.#options;
    const lanes = makeLanes(DEFAULT_LANE_SETTINGS, this.clock);
    const buckets = gate.guard(this.buckets);
    return {
      state: gate.guard(this.state),
      records: gate.guard(this.records),
      publisher: gate.guard(this.publisher),
      slices: gate.guard(this.slices),
      attempts: makeAttempts(this.clock, () => 0.5, { ...DEFAULT_RETRY_POLICY, ...policy }),
      clock: this.clock,
      // Never the same again, as tokens have to be.
      random: () => {
        this.#dice += 1;
        return this.#dice / 1_000_003;
      },
      search: gate.guard(this.archive),
      searchLane: lanes.search,
      paging,
      retrieval: gate.guard(this.retrieval),
      retrieveLane: lanes.retrieve,
      writer: buckets,
      storage: buckets,
      crc32c,
      commandMaxAgeMs: 3_600_000,
      settings: {
        storeName: 'store',
        limits: {
          destinations: [{ bucket: 'exports', prefix: '' }],
          maxTargets: 10,
          allowOverwrite: true,
        },
        maxInstances: 1000,
        sliceInstances: 4,
        concurrency: 3,
        maxFrames: 4,
        allowIdentifyingNames: false,
        retrieveBy: 'instance',
        timeLimitMs: 600_000,
        ...settings,
      },
    };
  }

  get reports(): readonly ExportReport[] {
    return this.publisher.reports.filter((report): report is ExportReport => report.kind === 'export');
  }

  /** The last report, which a test that has ended expects to be final. */
  get report(): ExportReport {
    const report = this.reports.at(-1);
    if (report === undefined) throw new Error('Nothing was published.');
    return report;
  }

  /** Puts an instance into the store. @returns its bytes. */
  put(uids: InstanceUids, attributes: Readonly<Record<string, readonly string[]>> = {}): Buffer {
    const { studyInstanceUid: study, seriesInstanceUid: series, sopInstanceUid: instance } = uids;
    const bytes = makeDicom({ seed: instance, study, series, instance });
    this.archive.put(uids, attributes);
    const json = Object.entries(attributes).map(([tag, Value]) => [tag, { vr: 'LO', Value }]);
    const metadata = Buffer.from(JSON.stringify([Object.fromEntries(json)]));
    this.retrieval.put(uids, { original: bytes, metadata });
    return bytes;
  }

  invocation(changes: Partial<Invocation> = {}): Invocation {
    const startedAtMs = this.clock.now();
    return makeInvocation({
      startedAtMs,
      deadlineAt: startedAtMs + this.deps.settings.timeLimitMs,
      logger: this.logger,
      ...changes,
    });
  }

  message(content: unknown, changes: Partial<IncomingMessage> = {}): IncomingMessage {
    this.#messages += 1;
    return { messageId: `m${this.#messages}`, publishedAtMs: this.clock.now(), content, ...changes };
  }

  begin(content: unknown, invocation = this.invocation()): Promise<void> {
    return beginExport(this.message(content), this.deps, invocation);
  }

  slice(slice: SliceMessage, invocation = this.invocation()): Promise<void> {
    return exportSlice(this.message(slice), slice, this.deps, invocation);
  }

  /**
   * Delivers a message to a process of its own.
   *
   * @returns the status that the platform is answered with: 204 acknowledges.
   */
  async deliver(content: unknown, messageId: string, kill?: KillPoint): Promise<number> {
    const gate = new PortGate(kill);
    // Each says another number in its reports, so that two that are made at once can be told.
    this.#deliveries += 1;
    const envelope = { messageId, publishedAtMs: this.clock.now(), deliveryAttempt: this.#deliveries };
    const { clock, logger } = this;
    const deps = this.#dependencies(gate);
    const { timeLimitMs } = deps.settings;
    const handler = makeExport({ clock, logger, projectId: 'p', timeLimitMs, export: deps });
    const status = await statusOf(handler, pushOf(content, envelope));
    this.lastEffects = gate.effects;
    // Whoever has been killed answers nobody.
    return gate.isDead ? 500 : status;
  }

  /** Publishes a command and delivers what comes of it, until nothing is left; what is given back comes again. */
  async run(content: unknown): Promise<ExportReport> {
    await this.begin(content);
    await this.deliverAll();
    return this.report;
  }

  async deliverAll(): Promise<void> {
    for (let next = this.slices.messages.shift(); next !== undefined; next = this.slices.messages.shift()) {
      const message = next;
      await this.slice(message).catch((error: unknown) => {
        if (!(error instanceof CourierError)) throw error;
        this.slices.messages.push(message);
      });
    }
  }
}

/** Instances of one study, in series of three. */
export function makeInstances(count: number, study = '1.2'): InstanceUids[] {
  return Array.from({ length: count }, (_, index) => ({
    studyInstanceUid: study,
    seriesInstanceUid: `${study}.${Math.floor(index / 3) + 1}`,
    sopInstanceUid: `${study}.9.${index + 1}`,
  }));
}

export const COMMAND = {
  action: 'export',
  id: 'trial',
  targets: [{ study: '1.2' }],
  destination: 'gs://exports/t/',
} as const;

/** The name of an instance's object, where {@link COMMAND} exports it to. */
export function nameOf({ studyInstanceUid, seriesInstanceUid, sopInstanceUid }: InstanceUids): string {
  return `t/${studyInstanceUid}/${seriesInstanceUid}/${sopInstanceUid}.dcm`;
}

/** The lines of the manifest of {@link COMMAND}. */
export function manifestOf({ buckets }: ExportWorld): Record<string, unknown>[] {
  const text = buckets.objects.get('exports/t/_courier/trial/manifest.jsonl')?.bytes.toString('utf8') ?? '';
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
