import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { FUNCTIONS } from '../../../emulator/src/stack/topology.ts';

const TERRAFORM = readFileSync(new URL('../../../terraform/variables-functions.tf', import.meta.url), 'utf8');

/** The default of `concurrency` in the variable of that name. */
function concurrencyOf(variable: string): number {
  const [, number] =
    new RegExp(String.raw`variable "${variable}" \{[^}]*?concurrency\s*=\s*optional\(number, (\d+)\)`).exec(
      TERRAFORM,
    ) ?? [];
  return Number(number);
}

describe('the requests that one instance works on at once', () => {
  it.each(FUNCTIONS.map(({ name, concurrency }) => [name, concurrency] as const))(
    'are as many on the local stack as deployed: %s',
    (name, concurrency) => {
      expect(concurrency).toBe(concurrencyOf(name));
    },
  );
});
