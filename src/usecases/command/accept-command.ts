import * as v from 'valibot';
import { hashContent } from '../../domain/command/canonical-json.ts';
import type { CommandName } from '../../domain/command/command-report.ts';
import { commandName } from '../../domain/state-names.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStorage } from '../../ports/document-storage.ts';
import type { Attempts } from '../attempts.ts';
import type { Invocation } from '../invocation.ts';

export interface AcceptDependencies {
  readonly state: DocumentStorage;
  readonly attempts: Attempts;
  readonly clock: Clock;
  /** A command that was published longer ago is not begun any more. `COMMAND_MAX_AGE` */
  readonly commandMaxAgeMs: number;
}

/** A command that has been validated, on its way in. */
export interface IncomingCommand {
  readonly name: CommandName;
  /** What is asked for, without the id. Plain JSON. */
  readonly content: unknown;
  /** Milliseconds since the epoch. */
  readonly publishedAtMs: number;
}

export type Acceptance =
  /** It is this command's turn, for the first time or again. */
  | { readonly kind: 'accepted'; readonly acceptedAtMs: number }
  | { readonly kind: 'refused'; readonly problem: string };

const recordSchema = v.object({
  contentHash: v.string(),
  acceptedAt: v.pipe(v.string(), v.isoTimestamp()),
});

/**
 * Accepts a command once: an id stands for one content for ever, and an old message does not begin anything.
 *
 * What was accepted stays so: a later delivery, however late, goes on with it.
 */
export async function acceptCommand(
  { name, content, publishedAtMs }: IncomingCommand,
  { state, attempts, clock, commandMaxAgeMs }: AcceptDependencies,
  invocation: Invocation,
): Promise<Acceptance> {
  const { signal } = invocation;
  const documentName = commandName(name);
  const contentHash = hashContent(content);
  const isTooOld = clock.now() - publishedAtMs > commandMaxAgeMs;
  if (!isTooOld) {
    const acceptedAtMs = clock.now();
    const record = { contentHash, acceptedAt: new Date(acceptedAtMs).toISOString(), content };
    const created = await attempts(invocation, () => state.create(documentName, record, signal));
    if (created === 'created') return { kind: 'accepted', acceptedAtMs };
  }
  const document = await attempts(invocation, () => state.read(documentName, signal));
  if (document === undefined) {
    return { kind: 'refused', problem: 'the command was published too long ago (COMMAND_MAX_AGE)' };
  }
  const known = v.parse(recordSchema, document);
  if (known.contentHash !== contentHash) {
    return { kind: 'refused', problem: 'id: was used before, for a command with another content' };
  }
  return { kind: 'accepted', acceptedAtMs: Date.parse(known.acceptedAt) };
}
