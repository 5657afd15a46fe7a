import { readDeletionMessage } from '../domain/deletion/delete-command.ts';
import { acceptDeletion } from '../usecases/deletion/accept-deletion.ts';
import { refuseCommand } from '../usecases/command/refuse-command.ts';
import type { Advance } from '../usecases/deletion/advance.ts';
import type { DeletionDependencies } from '../usecases/deletion/deletion-dependencies.ts';
import type { Invocation } from '../usecases/invocation.ts';
import { makeCommandHandler } from './command-handler.ts';
import type { CommandMessage } from './command-message.ts';
import type { DeliveryDependencies, EventHandler } from './deliver.ts';

export interface DeleteHandlerDependencies extends DeliveryDependencies {
  readonly deletion: DeletionDependencies;
  readonly advance: Advance;
}

/**
 * Handles one message to the delete function: a command, which is acknowledged once it is taken in, or the scheduler's
 * tick. Either moves on all deletions that are under way.
 */
export function makeDelete(deps: DeleteHandlerDependencies): EventHandler {
  return makeCommandHandler(deps, (message, invocation) => handle(message, invocation, deps));
}

async function handle(
  message: CommandMessage,
  invocation: Invocation,
  { deletion, advance }: DeleteHandlerDependencies,
): Promise<void> {
  const { messageId, content, problem } = message;
  if (problem !== undefined) {
    await refuseCommand({ kind: 'delete', id: null, messageId }, [problem], deletion, invocation);
    return;
  }
  const read = readDeletionMessage(content);
  if (read.kind === 'invalid') {
    const { action, id, problems } = read;
    await refuseCommand({ kind: action, id, messageId }, problems, deletion, invocation);
    return;
  }
  if (read.kind === 'command') await acceptDeletion(read, message, deletion, invocation);
  await advance(invocation);
}
