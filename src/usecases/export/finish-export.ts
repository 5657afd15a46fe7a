import {
  formatCommandReport,
  type CommandReport,
  type CommandResult,
} from '../../domain/command/command-report.ts';
import { exportRecordName, publishedName } from '../../domain/export/export-names.ts';
import { FingerprintTable } from '../../domain/export/fingerprint-table.ts';
import { ExportTally } from '../../domain/export/export-tally.ts';
import { finishCommand, logFinished } from '../command/finish-command.ts';
import type { Invocation } from '../invocation.ts';
import { compareWithStore, pathOf } from './compare-with-store.ts';
import type { ExportDependencies } from './export-dependencies.ts';
import type { ExportContext } from './own-object.ts';
import { readPartResults } from './read-parts.ts';
import { writeManifest } from './write-manifest.ts';

/** The report on an export; says beside what all reports say where its manifest is. */
export interface ExportReport extends CommandReport {
  readonly kind: 'export';
  /** `gs://…` of the list of all objects; null while there is none. */
  readonly manifest: string | null;
  /** Objects that were planned. */
  readonly planned: number;
  /** Into how many slices, and how many of them are done. */
  readonly slices: number;
  readonly slicesDone: number;
}

/**
 * Ends an export of which every slice has an outcome: manifest, comparison with the store, and the final report, each made
 * once however many come here.
 */
export async function finishExport(
  context: ExportContext,
  deps: ExportDependencies,
  invocation: Invocation,
): Promise<void> {
  const { plan } = context;
  if (plan.isRefused) {
    const result = { status: 'failed', counts: {}, targets: [], problems: plan.problems } as const;
    await publishFinal(context, result, null, deps, invocation);
    return;
  }
  const tally = new ExportTally(plan.targets);
  const planned = new FingerprintTable();
  for await (const result of readPartResults(context, deps, invocation)) {
    tally.add(result);
    planned.put(pathOf(result.item.uids));
  }
  const [{ address }, changes] = await Promise.all([
    writeManifest(context, deps, invocation),
    compareWithStore(planned, context, deps, invocation),
  ]);
  const noManifest = address === null ? ['The manifest was not written: another object has its name.'] : [];
  await publishFinal(
    context,
    {
      status: tally.status,
      counts: tally.counts,
      targets: tally.targets,
      problems: [...plan.problems, ...tally.problems, ...changes, ...noManifest],
    },
    address,
    deps,
    invocation,
  );
}

async function publishFinal(
  context: ExportContext,
  result: CommandResult,
  manifest: string | null,
  deps: ExportDependencies,
  invocation: Invocation,
): Promise<void> {
  const { id, plan } = context;
  const report = formatExportReport(context, result, { manifest, slicesDone: plan.slices }, deps, invocation);
  await publishAgain(id, report, plan.acceptedAtMs, deps, invocation);
}

/** Publishes how far an export is. */
export async function publishProgress(
  context: ExportContext,
  slicesDone: number,
  deps: ExportDependencies,
  invocation: Invocation,
): Promise<void> {
  const result = { status: 'running', counts: {}, targets: [], problems: context.plan.problems } as const;
  const report = formatExportReport(context, result, { manifest: null, slicesDone }, deps, invocation);
  await deps.attempts(invocation, ({ signal }) => deps.publisher.publish(report, signal));
}

/** Publishes a final report, unless somebody has left word that it was; the first one made is the one that counts. */
export async function publishAgain(
  id: string,
  report: CommandReport,
  acceptedAtMs: number,
  deps: ExportDependencies,
  invocation: Invocation,
): Promise<void> {
  const { state, attempts } = deps;
  const published = await attempts(invocation, ({ signal }) => state.read(publishedName(id), signal));
  if (published !== undefined) return;
  const name = { kind: 'export', id } as const;
  const final = await finishCommand(name, report, exportRecordName(id, acceptedAtMs), deps, invocation);
  await attempts(invocation, ({ signal }) => state.create(publishedName(id), {}, signal));
  logFinished(final, invocation);
}

function formatExportReport(
  { id, plan }: ExportContext,
  result: CommandResult,
  { manifest, slicesDone }: Pick<ExportReport, 'manifest' | 'slicesDone'>,
  { clock }: Pick<ExportDependencies, 'clock'>,
  { attempts }: Invocation,
): ExportReport {
  const delivery = { startedAtMs: plan.acceptedAtMs, endedAtMs: clock.now(), attempts };
  const report = formatCommandReport({ kind: 'export', id }, result, delivery);
  return { ...report, kind: 'export', manifest, planned: plan.items, slices: plan.slices, slicesDone };
}
