import type { DeletionReport } from '../../src/domain/deletion/deletion-report.ts';
import { wireDelete } from '../../src/functions/wiring/delete.ts';
import type { FakeClock } from './fake-clock.ts';
import type { LocalProject } from './local-project.ts';
import { WiredFunction } from './wired-function.ts';

const MINUTE_MS = 60_000;
/** More than anything that a test begins takes; operations of the stand-in run on the time of the machine. */
const MOST_TICKS = 5000;

/**
 * The delete function as it is deployed, in this process, working in a local project.
 *
 * Its own time is the test's, and the stand-in's operations run on the machine's: they are held, over at once, or asked
 * for until they are over.
 */
export class WiredDelete extends WiredFunction {
  readonly #project: LocalProject;

  /**
   * @param changes to the project's environment.
   * @throws InvalidConfigurationError
   */
  constructor(project: LocalProject, changes: Readonly<Record<string, string>> = {}, clock?: FakeClock) {
    super(wireDelete, { ...project.environmentOf('delete'), ...changes }, clock);
    this.#project = project;
  }

  /** Delivers a command, or whatever else is published to the topic, now. */
  publish(content: object, messageId?: string): Promise<number> {
    return this.deliver(this.#project.command(content, { id: messageId, publishedAtMs: this.clock.now() }));
  }

  /** Lets the scheduler tick, a minute after the last thing that happened. */
  tick(): Promise<number> {
    this.clock.advance(MINUTE_MS);
    return this.publish({ action: 'tick' });
  }

  /** Whether any command is not finished. */
  async isOpen(): Promise<boolean> {
    return (await this.#project.names('state', 'deleting/open/')).length > 0;
  }

  /** Lets the scheduler tick until no command is open any more. @returns the final reports that have been published. */
  async settle(): Promise<DeletionReport[]> {
    for (let tick = 0; await this.isOpen(); tick += 1) {
      if (tick === MOST_TICKS) throw new Error(`It does not come to an end: ${this.log.at(-1) ?? ''}`);
      await this.tick();
    }
    return this.takeFinalReports();
  }

  /** Delivers a command and lets time pass until all is over. @returns its one final report. */
  async run(command: object): Promise<DeletionReport> {
    const status = await this.publish(command);
    if (status !== 204) throw new Error(`The command was answered ${status}.`);
    const [report, ...others] = await this.settle();
    if (report === undefined || others.length > 0)
      throw new Error(`There are ${others.length + (report === undefined ? 0 : 1)} final reports.`);
    return report;
  }

  /** The final reports on commands since reports were taken last. */
  async takeFinalReports(): Promise<DeletionReport[]> {
    const reports = await this.#project.takeCommandReports();
    return reports.filter((report): report is DeletionReport => report.final);
  }
}
