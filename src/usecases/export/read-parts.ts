import { partName } from '../../domain/export/export-names.ts';
import { parseResult, type ItemResult } from '../../domain/export/item-result.ts';
import type { Invocation } from '../invocation.ts';
import type { ExportDependencies } from './export-dependencies.ts';
import type { ExportContext } from './own-object.ts';

/** What became of every item of a plan whose parts are all there, in the plan's order, holding one part. */
export async function* readPartResults(
  { id, plan }: ExportContext,
  { state, attempts }: ExportDependencies,
  invocation: Invocation,
): AsyncGenerator<ItemResult> {
  for (let slice = 0; slice < plan.slices; slice += 1) {
    // Read as a whole, so that a connection that breaks is no more than another attempt.
    yield* await attempts(invocation, async ({ signal }) => {
      const lines = await state.readLines(partName(id, slice), signal);
      if (lines === undefined) throw new Error('A part of the manifest was there, and is not.');
      const results: ItemResult[] = [];
      for await (const line of lines) results.push(parseResult(line));
      return results;
    });
  }
}
