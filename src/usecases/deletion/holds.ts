import { holdName } from '../../domain/deletion/deletion-names.ts';
import type { TargetReason } from '../../domain/deletion/target-result.ts';
import type { Target } from '../../domain/dicom/target.ts';
import type { Invocation } from '../invocation.ts';
import { describeError } from '../attempts.ts';
import { eachName, firstNames } from '../each-name.ts';
import type { DeletionDependencies } from './deletion-dependencies.ts';

/**
 * Whether a hold forbids to delete a target, because the target contains it or lies inside it.
 *
 * A hold is an object in records, `holds/{study}` or `holds/{study}/{series}`; what it holds does not matter. One that
 * cannot be looked for counts: a deletion can wait, and what is gone cannot be brought back.
 */
export async function findHold(
  target: Target,
  deps: Pick<DeletionDependencies, 'records' | 'attempts'>,
  invocation: Invocation,
): Promise<Extract<TargetReason, 'hold' | 'hold-unreadable'> | null> {
  try {
    return (await isHeld(target, deps, invocation)) ? 'hold' : null;
  } catch (error) {
    // When the time is up nothing is known of the hold; the target is looked at again.
    invocation.signal.throwIfAborted();
    invocation.logger.error('hold cannot be read', {
      ...describeError(error),
      study: target.studyInstanceUid,
    });
    return 'hold-unreadable';
  }
}

async function isHeld(
  { studyInstanceUid, seriesInstanceUid }: Target,
  { records, attempts }: Pick<DeletionDependencies, 'records' | 'attempts'>,
  invocation: Invocation,
): Promise<boolean> {
  const study = holdName(studyInstanceUid);
  // Of all names that begin with it, the name itself comes first.
  const [first] = await firstNames(records, { prefix: study, limit: 1 }, attempts, invocation);
  if (first === study) return true;
  const below = `${study}/`;
  for await (const name of eachName(records, { prefix: below }, attempts, invocation)) {
    if (touches(name.slice(below.length), seriesInstanceUid)) return true;
  }
  return false;
}

/** @param held what stands below the study's name: a series, or nothing where somebody made a folder of the study. */
function touches(held: string, seriesInstanceUid: string | null): boolean {
  const series = held.replace(/\/.*$/s, '');
  return seriesInstanceUid === null || series === '' || series === seriesInstanceUid;
}
