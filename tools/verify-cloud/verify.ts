import { ASSUMPTIONS } from './assumptions.ts';
import type { Assumption } from './assumption.ts';
import type { VerifyWorld } from './verify-world.ts';

export type Verdict = 'holds' | 'does not hold' | 'could not be tried';

/** What came of one assumption. */
export interface Judged {
  readonly id: string;
  readonly claim: string;
  readonly verdict: Verdict;
  /** What was seen, or what kept it from being tried. */
  readonly observed: string;
}

/** Google advises against more operations at once ("Best practices: long-running operations"). */
const AT_ONCE = 5;

/**
 * Tries every assumption in a DICOM store that is made for it and removed afterwards, as are the objects.
 *
 * @param interrupted ends it early: what has not begun is not tried, and everything is removed all the same.
 * @param onJudged is told of each, in the order of the list.
 * @returns what is left behind, in words.
 * @throws Error when the store cannot be made.
 */
export async function verifyAssumptions(
  world: VerifyWorld,
  interrupted: AbortSignal,
  onJudged: (judged: Judged) => void,
): Promise<readonly string[]> {
  await makeStore(world);
  let left: readonly string[];
  try {
    const waiting = ASSUMPTIONS.map((assumption) => ({
      assumption,
      judged: Promise.withResolvers<Judged>(),
    }));
    const queue = [...waiting];
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        next.judged.resolve(await judge(next.assumption, world, interrupted));
      }
    };
    const working = Promise.all(Array.from({ length: AT_ONCE }, work));
    for (const { judged } of waiting) onJudged(await judged.promise);
    await working;
  } finally {
    left = await takeAway(world);
  }
  return left;
}

async function judge(
  { id, claim, check }: Assumption,
  world: VerifyWorld,
  interrupted: AbortSignal,
): Promise<Judged> {
  try {
    interrupted.throwIfAborted();
    const { holds, observed } = await check(world);
    return { id, claim, verdict: holds ? 'holds' : 'does not hold', observed };
  } catch (error) {
    const observed = error instanceof Error ? error.message : String(error);
    return { id, claim, verdict: 'could not be tried', observed };
  }
}

async function makeStore({ healthcare, dicomStore, options }: VerifyWorld): Promise<void> {
  const storeId = dicomStore.slice(dicomStore.lastIndexOf('/') + 1);
  const { status, body } = await healthcare({
    method: 'POST',
    path: `${options.dataset}/dicomStores?dicomStoreId=${storeId}`,
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  if (status !== 200) {
    throw new Error(`A DICOM store cannot be made: ${status} ${body.toString('utf8').slice(0, 300)}`);
  }
}

async function takeAway({ healthcare, dicomStore, bucket, prefix }: VerifyWorld): Promise<string[]> {
  const left: string[] = [];
  const { status } = await healthcare({ method: 'DELETE', path: dicomStore });
  if (status !== 200) left.push(`${dicomStore} (${status})`);
  try {
    const [files] = await bucket.getFiles({ prefix });
    for (const file of files) await file.delete({ ignoreNotFound: true });
  } catch (error) {
    left.push(`gs://${bucket.name}/${prefix} (${error instanceof Error ? error.message : String(error)})`);
  }
  return left;
}
