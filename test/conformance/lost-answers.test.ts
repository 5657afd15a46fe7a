import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readMatrix } from './matrix.ts';
import { World } from './world.ts';

const { calls } = readMatrix();
let world: World;

beforeAll(async () => {
  world = await World.start(calls, 'stored');
});
afterAll(() => world.close());

describe('a store that answers identical bytes as stored', () => {
  it.each([
    ['a reset', { kind: 'reset', at: 'headers' }],
    ['a 503', { kind: 'status', status: 503 }],
    ['a page of a proxy', { kind: 'html', status: 200 }],
  ] as const)(
    'may lose its answer behind %s, and the instance is stored once and reported once',
    async (_, fault) => {
      const call = calls['store'];
      if (call === undefined) throw new Error('The matrix has no store.');
      const observed = await world.deliver(
        { object: 'instance' },
        {},
        { call, fault, after: true, times: 1 },
      );
      expect(observed).toMatchObject({ status: 204, reports: [{ outcome: 'stored' }], isScriptUsedUp: true });
      expect(observed.requests['store']).toBe(2);
      expect(observed.stored?.equals(observed.scene.bytes)).toBe(true);
    },
  );
});
