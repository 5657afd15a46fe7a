import { http, type HttpFunction } from '@google-cloud/functions-framework';
import { environment } from './environment.ts';
import type { EventHandler } from './deliver.ts';
import { wireIngest } from './wiring.ts';
import { runWithoutDomains } from './without-domains.ts';

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
runWithoutDomains();
http(target, ((request, response) => handler(request, response)) satisfies HttpFunction);
