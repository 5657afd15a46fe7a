import * as v from 'valibot';
import { describeIssues } from '../domain/command/command-fields.ts';
import { sliceMessageSchema } from '../domain/export/slice-message.ts';
import { refuseCommand } from '../usecases/command/refuse-command.ts';
import { beginExport } from '../usecases/export/begin-export.ts';
import type { ExportDependencies } from '../usecases/export/export-dependencies.ts';
import { exportSlice } from '../usecases/export/export-slice.ts';
import type { Invocation } from '../usecases/invocation.ts';
import { makeCommandHandler } from './command-handler.ts';
import type { CommandMessage } from './command-message.ts';
import type { DeliveryDependencies, EventHandler } from './deliver.ts';

export interface ExportHandlerDependencies extends DeliveryDependencies {
  readonly export: ExportDependencies;
}

/** Handles one message to the export function: a command, which is planned, or one slice of a plan, which is done. */
export function makeExport(deps: ExportHandlerDependencies): EventHandler {
  return makeCommandHandler(deps, (message, invocation) => handle(message, invocation, deps.export));
}

const SLICE_ACTION = v.object({ action: v.literal('export-slice') });

async function handle(
  message: CommandMessage,
  invocation: Invocation,
  deps: ExportDependencies,
): Promise<void> {
  const { messageId, content, problem } = message;
  const refuse = (problems: readonly string[]): Promise<void> =>
    refuseCommand({ kind: 'export', id: null, messageId }, problems, deps, invocation);
  if (problem !== undefined) return refuse([problem]);
  if (!v.is(SLICE_ACTION, content)) return beginExport(message, deps, invocation);
  const slice = v.safeParse(sliceMessageSchema, content);
  if (!slice.success) return refuse(describeIssues(slice.issues));
  return exportSlice(message, slice.output, deps, invocation);
}
