import * as v from 'valibot';
import type { CommandName } from '../../domain/command/command-report.ts';
import { parseDeletionContent, type DeletionCommand } from '../../domain/deletion/delete-command.ts';
import { OPEN_COMMANDS, openCommandId, openCommandName } from '../../domain/deletion/deletion-names.ts';
import type { Delivery } from '../../domain/delivery.ts';
import { firstNames } from '../each-name.ts';
import type { Invocation } from '../invocation.ts';
import type { DeletionDependencies } from './deletion-dependencies.ts';

/** A command that is not finished. */
export interface OpenCommand {
  readonly name: CommandName;
  readonly command: DeletionCommand;
  /** Milliseconds since the epoch. */
  readonly acceptedAtMs: number;
}

/** So many commands are open at once; further ones wait until some of these are finished. */
const MOST_OPEN = 1000;

const schema = v.object({ acceptedAt: v.pipe(v.string(), v.isoTimestamp()), content: v.unknown() });

type Opening = Pick<DeletionDependencies, 'state' | 'attempts'>;

/** Puts a command among the open ones, if it is not there. */
export async function openCommand(
  id: string,
  { content, acceptedAtMs }: { readonly content: object; readonly acceptedAtMs: number },
  { state, attempts }: Opening,
  invocation: Invocation,
): Promise<void> {
  const document = { acceptedAt: new Date(acceptedAtMs).toISOString(), content };
  await attempts(invocation, () => state.create(openCommandName(id), document, invocation.signal));
}

/** The ids of the open commands. */
export async function listOpenCommands(
  { state, attempts }: Opening,
  invocation: Invocation,
): Promise<readonly string[]> {
  const names = await firstNames(state, { prefix: OPEN_COMMANDS, limit: MOST_OPEN }, attempts, invocation);
  return names.map(openCommandId).filter((id) => id !== undefined);
}

/** @returns undefined when it has been finished meanwhile. */
export async function readOpenCommand(
  id: string,
  { state, attempts }: Opening,
  invocation: Invocation,
): Promise<OpenCommand | undefined> {
  const document = await attempts(invocation, () => state.read(openCommandName(id), invocation.signal));
  if (document === undefined) return undefined;
  const { acceptedAt, content } = v.parse(schema, document);
  const command = parseDeletionContent(content);
  return { name: { kind: command.kind, id }, command, acceptedAtMs: Date.parse(acceptedAt) };
}

/** When the command was accepted, and how long ago that is: what its reports say of time. */
export function deliveryOf(
  { acceptedAtMs }: Pick<OpenCommand, 'acceptedAtMs'>,
  { clock }: Pick<DeletionDependencies, 'clock'>,
  { attempts }: Invocation,
): Delivery {
  return { startedAtMs: acceptedAtMs, endedAtMs: clock.now(), attempts };
}
