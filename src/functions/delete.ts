import { readDeletionMessage } from '../domain/deletion/delete-command.ts';
import { acceptDeletion, publishRefusal } from '../usecases/deletion/accept-deletion.ts';
import type { Advance } from '../usecases/deletion/advance.ts';
import type { DeletionDependencies } from '../usecases/deletion/deletion-dependencies.ts';
import type { Invocation } from '../usecases/invocation.ts';
import { readCommandMessage, type CommandMessage } from './command-message.ts';
import { makeDeliveryHandler, type DeliveryDependencies, type EventHandler } from './deliver.ts';

export interface DeleteHandlerDependencies extends DeliveryDependencies {
  readonly deletion: DeletionDependencies;
  readonly advance: Advance;
}

/**
 * Handles one message to the delete function: a command, which is acknowledged once it is taken in, or the scheduler's
 * tick. Either moves on all deletions that are under way.
 */
export function makeDelete(deps: DeleteHandlerDependencies): EventHandler {
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
    (message, invocation) => handle(message, invocation, deps),
  );
}

async function handle(
  message: CommandMessage | undefined,
  invocation: Invocation,
  { deletion, advance }: DeleteHandlerDependencies,
): Promise<void> {
  if (message === undefined) throw new TypeError('The request is not a push of Pub/Sub.');
  const { messageId, content, problem } = message;
  if (problem !== undefined) {
    await publishRefusal({ kind: 'delete', id: null }, messageId, [problem], deletion, invocation);
    return;
  }
  const read = readDeletionMessage(content);
  if (read.kind === 'invalid') {
    const { action, id, problems } = read;
    await publishRefusal({ kind: action, id }, messageId, problems, deletion, invocation);
    return;
  }
  if (read.kind === 'command') await acceptDeletion(read, message, deletion, invocation);
  await advance(invocation);
}
