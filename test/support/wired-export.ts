import { wireExport } from '../../src/functions/wiring/export.ts';
import type { ExportReport } from '../../src/usecases/export/finish-export.ts';
import type { FakeClock } from './fake-clock.ts';
import type { LocalProject } from './local-project.ts';
import { PulledMessages, type PulledMessage } from './pulled-messages.ts';
import { WiredFunction } from './wired-function.ts';

const TOPIC = 'export';
const MINUTE_MS = 60_000;
/** More than anything that a test begins takes. */
const MOST_DELIVERIES = 100;

/** The export function as it is deployed, in this process; what is published to its topic is delivered by the test. */
export class WiredExport extends WiredFunction {
  readonly #project: LocalProject;
  readonly #topic: PulledMessages;

  /**
   * @param topic see {@link WiredExport.subscribe}.
   * @param changes to the project's environment.
   * @throws InvalidConfigurationError
   */
  constructor(
    project: LocalProject,
    topic: PulledMessages,
    changes: Readonly<Record<string, string>> = {},
    clock?: FakeClock,
  ) {
    const own = { EXPORT_TOPIC: TOPIC, EXPORT_DESTINATIONS: 'gs://exports/' };
    super(wireExport, { ...project.environmentOf('export'), ...own, ...changes }, clock);
    this.#project = project;
    this.#topic = topic;
  }

  /** Makes the topic that slices are published to, once for a project. */
  static subscribe({ pubsubUrl, environment }: LocalProject): Promise<PulledMessages> {
    return PulledMessages.subscribe(`${pubsubUrl}/v1/projects/${environment['PROJECT_ID'] ?? ''}`, TOPIC);
  }

  /** Delivers a message, a minute after the last thing that happened. */
  receive({ content, messageId }: PulledMessage): Promise<number> {
    this.clock.advance(MINUTE_MS);
    return this.deliver(this.#project.command(content, { id: messageId, publishedAtMs: this.clock.now() }));
  }

  /** The slices that were published since they were taken last. */
  takeSlices(): Promise<PulledMessage[]> {
    return this.#topic.take();
  }

  /** Delivers messages, and those published meanwhile, until all are acknowledged. */
  async settle(messages: readonly PulledMessage[]): Promise<void> {
    const open = [...messages, ...(await this.takeSlices())];
    for (let delivery = 0; ; delivery += 1) {
      const message = open.shift();
      if (message === undefined) return;
      if (delivery === MOST_DELIVERIES) throw new Error(`It has no end: ${this.log.at(-1) ?? ''}`);
      if ((await this.receive(message)) !== 204) open.push(message);
      open.push(...(await this.takeSlices()));
    }
  }

  /** The final reports since reports were taken last. */
  async takeFinalReports(): Promise<ExportReport[]> {
    const reports = await this.#project.takeCommandReports();
    return reports.filter((report): report is ExportReport => report.kind === 'export' && report.final);
  }
}
