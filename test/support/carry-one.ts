import type { IngestReport } from '../../src/domain/report.ts';
import type { Arrival, LocalProject, PutSettings } from './local-project.ts';
import { WiredIngest } from './wired-ingest.ts';

export interface CarriedObject extends Arrival {
  /** What the platform was answered. */
  readonly status: number;
  /** The one report on it; undefined when none was published. */
  readonly report: IngestReport | undefined;
}

export interface CarryOptions extends PutSettings {
  /** @default 'ward/a.dcm' */
  readonly name?: string;
  /** Variables beside those of the project. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Puts an object into the inbox and has a fresh worker handle its event. */
export async function carryOne(
  project: LocalProject,
  bytes: Buffer,
  { name = 'ward/a.dcm', environment = {}, ...settings }: CarryOptions = {},
): Promise<CarriedObject> {
  const arrival = await project.drop(name, bytes, settings);
  const worker = new WiredIngest({ ...project.environment, ...environment });
  const status = await worker.deliver(arrival.push);
  const [report, ...others] = await project.takeReports();
  if (others.length > 0) throw new Error('More than one report was published.');
  return { ...arrival, status, report };
}
