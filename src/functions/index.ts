import { http, type HttpFunction } from '@google-cloud/functions-framework';
import type { EventHandler } from './deliver.ts';
import { environment } from './environment.ts';
import { runWithoutDomains } from './without-domains.ts';

type Wire = (env: typeof environment) => EventHandler;

/**
 * The functions of this deployment, by the name they are deployed under. Each is imported when it is the one that is
 * served, so that a cold start runs the modules of no other.
 */
const FUNCTIONS: Readonly<Record<string, () => Promise<Wire>>> = {
  ingest: async () => (await import('./wiring/ingest.ts')).wireIngest,
  export: async () => (await import('./wiring/export.ts')).wireExport,
  delete: async () => (await import('./wiring/delete.ts')).wireDelete,
};

// Only the function that is served is wired, so that each needs its own settings and no others; wrong settings stop
// the process here, before a request can come.
const target = environment['FUNCTION_TARGET'] ?? 'ingest';
const importWire = FUNCTIONS[target];
if (importWire === undefined) {
  throw new Error(`FUNCTION_TARGET is ${target}, but has to be one of ${Object.keys(FUNCTIONS).join(', ')}.`);
}
const wire = await importWire();
const handler = wire(environment);
runWithoutDomains();
http(target, ((request, response) => handler(request, response)) satisfies HttpFunction);
