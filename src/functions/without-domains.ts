import { createRequire } from 'node:module';

/** As much of a domain as the functions framework asks for. */
interface InertDomain {
  on(): InertDomain;
  run(work: () => unknown): unknown;
}

const inert: InertDomain = { on: () => inert, run: (work) => work() };

/**
 * Keeps the functions framework from running functions in a `node:domain`.
 *
 * It makes one for every request, and from the first one on Node.js follows every promise of the process by async
 * hooks: a quarter of the CPU time of a 512 KB object. What a domain is there for, to answer for a function that throws, the
 * handlers do themselves: they never throw. Has to be called before the first request.
 */
export function runWithoutDomains(): void {
  const domain = createRequire(import.meta.url)('node:domain') as { create: () => InertDomain };
  domain.create = () => inert;
}
