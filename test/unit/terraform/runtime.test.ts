import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { RUNTIME_ENVIRONMENT } from '../../../emulator/src/stack/functions/runtime-environment.ts';
import { FUNCTIONS } from '../../../emulator/src/stack/topology.ts';

const read = (name: string): string =>
  readFileSync(new URL(`../../../terraform/${name}`, import.meta.url), 'utf8');

/** The default of `concurrency` in the variable of that name. */
function concurrencyOf(variable: string): number {
  const pattern = String.raw`variable "${variable}" \{[^}]*?concurrency\s*=\s*optional\(number, (\d+)\)`;
  const [, number] = new RegExp(pattern).exec(read('variables-functions.tf')) ?? [];
  return Number(number);
}

describe('a function on the local stack, as deployed', () => {
  it.each(FUNCTIONS.map(({ name, concurrency }) => [name, concurrency] as const))(
    'works on as many requests at once: %s',
    (name, concurrency) => {
      expect(concurrency).toBe(concurrencyOf(name));
    },
  );

  it.each(Object.entries(RUNTIME_ENVIRONMENT))('is given as much memory: %s', (name, value) => {
    const [, deployed] = new RegExp(String.raw`${name}\s*=\s*"([^"]*)"`).exec(read('functions.tf')) ?? [];
    expect(deployed).toBe(value);
  });
});
