import type { CommandName } from '../../domain/command/command-report.ts';
import type { DeletionMessage } from '../../domain/deletion/delete-command.ts';
import { auditName } from '../../domain/deletion/deletion-names.ts';
import { acceptCommand } from '../command/accept-command.ts';
import { finishCommand, readFinalReport } from '../command/finish-command.ts';
import { refuseCommand } from '../command/refuse-command.ts';
import type { Invocation } from '../invocation.ts';
import type { DeletionDependencies } from './deletion-dependencies.ts';
import { openCommand } from './open-command.ts';

/** A message on its way in, as the envelope describes it. */
export interface IncomingMessage {
  readonly messageId: string;
  /** Milliseconds since the epoch. */
  readonly publishedAtMs: number;
}

/**
 * Takes a command in: once this returns, the command is among the open ones, or what became of it has been published.
 * Nothing has been deleted yet.
 */
export async function acceptDeletion(
  message: Extract<DeletionMessage, { kind: 'command' }>,
  { messageId, publishedAtMs }: IncomingMessage,
  deps: DeletionDependencies,
  invocation: Invocation,
): Promise<void> {
  const { command, content } = message;
  const name: CommandName = { kind: command.kind, id: message.id ?? messageId };
  const { commandMaxAgeMs } = deps.settings;
  const accepted = await acceptCommand(
    { name, content, publishedAtMs },
    { ...deps, commandMaxAgeMs },
    invocation,
  );
  if (accepted.kind === 'refused') {
    await refuseCommand({ ...name, messageId }, [accepted.problem], deps, invocation);
    return;
  }
  const { acceptedAtMs } = accepted;
  const final = await readFinalReport(name, deps, invocation);
  if (final !== undefined) {
    // Finished before this delivery came: told again, and not done again.
    await finishCommand(name, final, auditName(name.id, acceptedAtMs), deps, invocation);
    return;
  }
  await openCommand(name.id, { content, acceptedAtMs }, deps, invocation);
}
