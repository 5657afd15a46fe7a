import { http, type HttpFunction } from '@google-cloud/functions-framework';
import type { Domain } from 'node:domain';
import { environment } from './environment.ts';
import type { EventHandler } from './ingest.ts';
import { wireIngest } from './wiring.ts';

/** The functions of this deployment, by the name they are deployed under. */
const FUNCTIONS: Readonly<Record<string, (env: typeof environment) => EventHandler>> = {
  ingest: wireIngest,
};

// Only the function that is served is wired, so that each needs its own settings and no others; wrong settings stop
// the process here, before a request can come.
const target = environment['FUNCTION_TARGET'] ?? 'ingest';
const wire = FUNCTIONS[target];
if (wire === undefined) {
  throw new Error(`FUNCTION_TARGET is ${target}, but has to be one of ${Object.keys(FUNCTIONS).join(', ')}.`);
}
const handler = wire(environment);
http(target, ((request, response) => {
  // The framework runs a function in a domain, and Node.js then looks after every promise made in it, which takes a
  // quarter of the time of a small object. The handler answers every failure itself, so nothing is lost by leaving.
  (process as { domain?: Domain | null }).domain?.exit();
  return handler(request, response);
}) satisfies HttpFunction);
