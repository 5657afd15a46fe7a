import { formatCommandReport } from '../../domain/command/command-report.ts';
import { DeadlineExceededError } from '../../domain/errors.ts';
import { parseExportCommand } from '../../domain/export/export-command.ts';
import { partName, partsFolder, planName, planningFolder } from '../../domain/export/export-names.ts';
import { formatPlan, parsePlan, type ExportPlan } from '../../domain/export/export-plan.ts';
import { acceptCommand } from '../command/accept-command.ts';
import { readFinalReport } from '../command/finish-command.ts';
import { refuseCommand } from '../command/refuse-command.ts';
import { countNames, eachName } from '../each-name.ts';
import type { Invocation } from '../invocation.ts';
import type { ExportDependencies } from './export-dependencies.ts';
import { finishExport, publishAgain, publishProgress } from './finish-export.ts';

import { makePlan, type AcceptedExport } from './make-plan.ts';
import type { ExportContext } from './own-object.ts';

/** A message as it came. */
export interface IncomingMessage {
  readonly messageId: string;
  readonly publishedAtMs: number;
  readonly content: unknown;
}

/** So often may planning run out of time. */
const MOST_PLANNINGS = 3;

/** The most that one publish request takes (Pub/Sub, "Quotas and limits"). */
const MOST_MESSAGES = 1000;

/** After the time is up, so long is left to say that it was not enough. */
const NOTE_TIMEOUT_MS = 8000;

/** Accepts a command to export, plans it once, and publishes its slices. */
export async function beginExport(
  message: IncomingMessage,
  deps: ExportDependencies,
  invocation: Invocation,
): Promise<void> {
  const parsed = parseExportCommand(message.content, deps.settings.limits);
  if (parsed.kind === 'refused') {
    const { messageId } = message;
    return refuseCommand({ kind: 'export', id: parsed.id, messageId }, parsed.problems, deps, invocation);
  }
  const { command } = parsed;
  const id = command.id ?? message.messageId;
  const name = { kind: 'export', id } as const;
  const incoming = { name, content: command.content, publishedAtMs: message.publishedAtMs };
  const acceptance = await acceptCommand(incoming, deps, invocation);
  if (acceptance.kind === 'refused') {
    const { messageId } = message;
    return refuseCommand({ ...name, messageId }, [acceptance.problem], deps, invocation);
  }
  const { acceptedAtMs } = acceptance;

  const [final, known, timeouts] = await Promise.all([
    readFinalReport(name, deps, invocation),
    readPlan(id, deps, invocation),
    countNames(deps.state, planningFolder(id), deps.attempts, invocation),
  ]);
  if (final !== undefined) return publishAgain(id, final, acceptedAtMs, deps, invocation);
  if (known === undefined && timeouts >= MOST_PLANNINGS) {
    const problems = [`Planning took longer than ${MOST_PLANNINGS} deliveries have; ask for less at once.`];
    const result = { status: 'failed', counts: {}, targets: [], problems } as const;
    const delivery = {
      startedAtMs: acceptedAtMs,
      endedAtMs: deps.clock.now(),
      attempts: invocation.attempts,
    };
    return publishAgain(id, formatCommandReport(name, result, delivery), acceptedAtMs, deps, invocation);
  }
  const plan = known ?? (await planOnce({ id, command, acceptedAtMs }, deps, invocation));
  const context = { id, plan, storeName: deps.settings.storeName };
  if (plan.slices === 0) return finishExport(context, deps, invocation);
  // Of a plan that has just been made no slice is done.
  const done = known === undefined ? new Set<string>() : await listParts(id, deps, invocation);
  await Promise.all([
    publishSlices(context, done, deps, invocation),
    publishProgress(context, done.size, deps, invocation),
  ]);
}

/** The plan of a command, or undefined when there is none yet. */
export async function readPlan(
  id: string,
  { state, attempts }: ExportDependencies,
  invocation: Invocation,
): Promise<ExportPlan | undefined> {
  const document = await attempts(invocation, ({ signal }) => state.read(planName(id), signal));
  return document === undefined ? undefined : parsePlan(document);
}

/** Makes a plan; where another delivery has made one meanwhile, that is the plan. */
async function planOnce(
  accepted: AcceptedExport,
  deps: ExportDependencies,
  invocation: Invocation,
): Promise<ExportPlan> {
  const { id } = accepted;
  const { state, attempts, random } = deps;
  const token = `p${Math.floor(random() * 2 ** 48).toString(16)}`;
  try {
    const plan = await makePlan(accepted, token, deps, invocation);
    const document = formatPlan(plan);
    const created = await attempts(invocation, ({ signal }) => state.create(planName(id), document, signal));
    if (created === 'created') return plan;
    const other = await readPlan(id, deps, invocation);
    if (other === undefined) throw new Error('A plan was there, and is not.');
    return other;
  } catch (error) {
    if (error instanceof DeadlineExceededError) {
      const signal = AbortSignal.timeout(NOTE_TIMEOUT_MS);
      await state.create(`${planningFolder(id)}${token}.json`, {}, signal);
    }
    throw error;
  }
}

async function listParts(
  id: string,
  { state, attempts }: ExportDependencies,
  invocation: Invocation,
): Promise<ReadonlySet<string>> {
  const parts = new Set<string>();
  for await (const name of eachName(state, { prefix: partsFolder(id) }, attempts, invocation))
    parts.add(name);
  return parts;
}

/** @param done the names of the parts that are there. */
async function publishSlices(
  { id, plan }: ExportContext,
  done: ReadonlySet<string>,
  deps: ExportDependencies,
  invocation: Invocation,
): Promise<void> {
  const open = Array.from({ length: plan.slices }, (_, slice) => slice).filter(
    (slice) => !done.has(partName(id, slice)),
  );
  for (let at = 0; at < open.length; at += MOST_MESSAGES) {
    const messages = open
      .slice(at, at + MOST_MESSAGES)
      .map((slice) => ({ action: 'export-slice', id, slice }));
    await deps.attempts(invocation, ({ signal }) => deps.slices.publish(messages, signal));
  }
}
