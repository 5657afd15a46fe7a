import type { Bundles } from '../bundles.ts';
import type { Law } from './law.ts';
import type { Run } from './run.ts';

/** Something that is done with more and more objects. */
export interface Work {
  readonly name: string;
  /** What is counted. */
  readonly objects: string;
  readonly sizes: readonly number[];
  readonly quickSizes: readonly number[];
  readonly laws: readonly Law[];
  /** Does it once, by a fresh process that is warm. Problems are sentences. */
  measure(bundles: Bundles, size: number, problems: string[]): Promise<Run>;
}
