import { afterEach, expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import { runWithoutDomains } from '../../../src/functions/without-domains.ts';

interface DomainModule {
  create(): { on(event: string, listener: () => void): unknown; run<T>(work: () => T): T };
}

const domain = createRequire(import.meta.url)('node:domain') as DomainModule;
const create = domain.create.bind(domain);

afterEach(() => {
  domain.create = create;
});

/** What stands at `process.domain` while work runs as the functions framework runs it. */
function domainAtWork(): unknown {
  const made = domain.create();
  made.on('error', () => undefined);
  return made.run(() => (process as { domain?: unknown }).domain ?? null);
}

it('runs a function in a domain, as long as nothing is done about it', () => {
  expect(domainAtWork()).not.toBeNull();
});

it('runs a function in no domain', () => {
  runWithoutDomains();
  expect(domainAtWork()).toBeNull();
});
