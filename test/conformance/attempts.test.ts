import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_RETRY_POLICY } from '../../src/retry/policy.ts';
import type { Fault } from '../support/faults.ts';
import { readMatrix } from './matrix.ts';
import { World } from './world.ts';

// One attempt is one request: nothing beneath the retry layer, neither a library of Google's nor the HTTP client, sends
// it again by itself.

const { calls, scenes } = readMatrix();
const requests = Object.entries(calls).filter(([, { isPartOf }]) => isPartOf === undefined);
const FAULTS: readonly (readonly [string, Fault])[] = [
  ['answers 503', { kind: 'status', status: 503 }],
  ['resets the connection at once', { kind: 'reset', at: 'start' }],
  ['resets the connection when the answer is due', { kind: 'reset', at: 'headers' }],
];

let world: World;

beforeAll(async () => {
  world = await World.start(calls, 'stored');
});
afterAll(() => world.close());

describe.each(requests)('%s', (name, call) => {
  it.each(FAULTS)(
    'is tried as often as the policy says and no more, when the service %s for ever',
    async (_, fault) => {
      const scene = scenes[call.scene];
      // Where the store answers identical bytes as stored, only a verification retrieves them.
      const environment = name === 'retrieve' ? { VERIFY: 'always' } : scene?.environment;
      const observed = await world.deliver(scene ?? { object: 'instance' }, environment, {
        call,
        fault,
        after: false,
        times: null,
      });
      expect(observed.status).toBe(503);
      expect(observed.requests[name]).toBe(DEFAULT_RETRY_POLICY.maxAttempts);
      expect(observed.delaysMs).toHaveLength(DEFAULT_RETRY_POLICY.maxAttempts - 1);
    },
  );
});
