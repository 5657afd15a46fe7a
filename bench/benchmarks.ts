import type { Benchmark } from './benchmark.ts';
import { coldStart } from './cold-start/cold-start.ts';
import { ingest } from './ingest/ingest.ts';

/** All there are, in the order of the help. */
export const BENCHMARKS: readonly Benchmark[] = [ingest, coldStart];
