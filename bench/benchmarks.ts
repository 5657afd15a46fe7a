import type { Benchmark } from './benchmark.ts';
import { coldStart } from './cold-start/cold-start.ts';
import { exporting } from './export/export.ts';
import { fleet } from './fleet/fleet.ts';
import { ingest } from './ingest/ingest.ts';
import { scale } from './scale/scale.ts';
import { throttle } from './throttle/throttle.ts';

/** All there are, in the order of the help. */
export const BENCHMARKS: readonly Benchmark[] = [ingest, exporting, coldStart, throttle, fleet, scale];
