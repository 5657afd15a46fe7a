import { partName } from '../../domain/export/export-names.ts';
import { parseResult, type ItemResult } from '../../domain/export/item-result.ts';
import type { Invocation } from '../invocation.ts';
import type { ExportDependencies } from './export-dependencies.ts';
import type { ExportContext } from './own-object.ts';

/** What became of every item of a plan whose parts are all there, slice by slice, holding one part. */
export async function* readPartResults(
  { id, plan }: ExportContext,
  deps: ExportDependencies,
  invocation: Invocation,
): AsyncGenerator<ItemResult> {
  for (let slice = 0; slice < plan.slices; slice += 1) {
    yield* await readResults(partName(id, slice), deps, invocation);
  }
}

/**
 * Results as they were written, all of them, so that a connection that breaks costs no more than another attempt.
 *
 * @throws Error when there is no such document, which has been seen before.
 */
export function readResults(
  name: string,
  { state, attempts }: Pick<ExportDependencies, 'state' | 'attempts'>,
  invocation: Invocation,
): Promise<readonly ItemResult[]> {
  return attempts(invocation, async ({ signal }) => {
    const lines = await state.readLines(name, signal);
    if (lines === undefined) throw new Error('A document of results was there, and is not.');
    const results: ItemResult[] = [];
    for await (const line of lines) results.push(parseResult(line));
    return results;
  });
}
