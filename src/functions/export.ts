import * as v from 'valibot';
import { describeIssues } from '../domain/command/command-fields.ts';
import { sliceMessageSchema } from '../domain/export/slice-message.ts';
import { beginExport, refuse } from '../usecases/export/begin-export.ts';
import type { ExportDependencies } from '../usecases/export/export-dependencies.ts';
import { exportSlice } from '../usecases/export/export-slice.ts';
import type { Invocation } from '../usecases/invocation.ts';
import { readCommandMessage, type CommandMessage } from './command-message.ts';
import { makeDeliveryHandler, type DeliveryDependencies, type EventHandler } from './deliver.ts';

export interface ExportHandlerDependencies extends DeliveryDependencies {
  readonly export: ExportDependencies;
}

/** Handles one message to the export function: a command, which is planned, or one slice of a plan, which is done. */
export function makeExport(deps: ExportHandlerDependencies): EventHandler {
  return makeDeliveryHandler(
    deps,
    ({ body }) => {
      const message = readCommandMessage(body);
      return {
        message,
        attempts: message?.attempts ?? 1,
        logFields: message === undefined ? {} : { messageId: message.messageId },
      };
    },
    (message, invocation) => handle(message, invocation, deps.export),
  );
}

const SLICE_ACTION = v.object({ action: v.literal('export-slice') });

async function handle(
  message: CommandMessage | undefined,
  invocation: Invocation,
  deps: ExportDependencies,
): Promise<void> {
  if (message === undefined) throw new TypeError('The request is not a push of Pub/Sub.');
  const { content, problem } = message;
  if (problem !== undefined) return refuse(message, null, [problem], deps, invocation);
  if (!v.is(SLICE_ACTION, content)) return beginExport(message, deps, invocation);
  const slice = v.safeParse(sliceMessageSchema, content);
  if (!slice.success) return refuse(message, null, describeIssues(slice.issues), deps, invocation);
  return exportSlice(message, slice.output, deps, invocation);
}
