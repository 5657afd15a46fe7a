import type { Command } from '../story.ts';
import { nameOf, type Target } from './story-plan.ts';

/** What no command to the delete function has. */
export const NOTHING = { topic: 'delete', targets: [], exports: [], manifest: null } as const;

/** A command to delete, and what it has to have deleted. */
export const remove = (
  id: string,
  targets: readonly Target[],
  rest: Partial<Pick<Command, 'ends' | 'targets' | 'besides'>> & { readonly fields?: object } = {},
): Command => {
  const { fields = {}, ...known } = rest;
  return {
    ...NOTHING,
    id,
    message: { action: 'delete', id, targets, ...fields },
    ends: 'complete',
    targets: targets.map(nameOf),
    ...known,
  };
};
