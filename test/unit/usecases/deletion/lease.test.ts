import { describe, expect, it } from '@jest/globals';
import { toTarget } from '../../../../src/domain/dicom/target.ts';
import { ConnectionLostError, PermissionDeniedError } from '../../../../src/domain/errors.ts';
import { acquireLease } from '../../../../src/usecases/deletion/lease.ts';
import { failureOf } from '../../../support/blocks.ts';
import { makeContext, makeParts } from '../../../support/deletion-context.ts';

const NAME = 'deleting/lease.json';
const series = (n: number) => toTarget({ study: `1.${n}`, series: '2' });
const instance = (n: number) => toTarget({ study: '1.9', series: '2', instance: `3.${n}` });

describe('the lease', () => {
  it('is had by one at a time, until it is given back or over', async () => {
    const { deps, invocation, context, world } = await makeContext();
    await expect(acquireLease(deps, invocation)).resolves.toBeUndefined();
    await context.lease.release(invocation);
    await expect(acquireLease(deps, invocation)).resolves.toMatchObject({ holder: 'holder-2' });
    world.clock.advance(deps.settings.leaseMs);
    await expect(acquireLease(deps, invocation)).resolves.toMatchObject({ holder: 'holder-3' });
  });

  it('is not had by the slower of two', async () => {
    const { deps, invocation } = makeParts();
    const both = await Promise.all([acquireLease(deps, invocation), acquireLease(deps, invocation)]);
    expect(both.filter((lease) => lease !== undefined)).toHaveLength(1);
  });

  it('is had although the answer to its writing was lost', async () => {
    const { deps, invocation, world } = makeParts();
    world.state.lostAnswers.replace.add([new ConnectionLostError('reset')]);
    await expect(acquireLease(deps, invocation)).resolves.toMatchObject({ holder: 'holder-1' });
  });

  it('is not had where it may not be written, and that is told', async () => {
    const { deps, invocation, world } = makeParts();
    world.state.faults.replace.add([new PermissionDeniedError('no')]);
    await expect(failureOf(acquireLease(deps, invocation))).resolves.toMatchObject({
      code: 'permission-denied',
    });
  });

  it('lists what is under way, for whoever has it next', async () => {
    const { deps, invocation, context } = await makeContext();
    await Promise.all([1, 2].map((n) => context.lease.begin(series(n), invocation)));
    await context.lease.begin(instance(1), invocation);
    context.lease.end(series(1));
    await context.lease.release(invocation);
    const next = await acquireLease(deps, invocation);
    expect(next?.active).toEqual([series(2), instance(1)]);
    expect(next?.activeOperations).toBe(1);
  });

  it('leaves out what names no target', async () => {
    const { deps, invocation, world } = makeParts();
    world.state.documents.set(NAME, { holder: '', until: 0, revision: 3, active: ['', '1.1/2'] });
    await expect(acquireLease(deps, invocation)).resolves.toMatchObject({ active: [series(1)] });
  });

  it('lets no more operations begin than are allowed, and instances beside them', async () => {
    const { invocation, context } = await makeContext({ settings: { maxOperations: 2 } });
    const begun = await Promise.all([1, 2, 3].map((n) => context.lease.begin(series(n), invocation)));
    expect(begun).toEqual([true, true, false]);
    await expect(context.lease.begin(instance(1), invocation)).resolves.toBe(true);
  });

  it('lets nothing begin that overlaps with what is under way', async () => {
    const { invocation, context } = await makeContext();
    await context.lease.begin(series(1), invocation);
    await expect(context.lease.begin(toTarget({ study: '1.1' }), invocation)).resolves.toBe(false);
    await expect(context.lease.begin(series(1), invocation)).resolves.toBe(false);
  });

  it('lists nothing that could not be written down', async () => {
    const { invocation, context, world } = await makeContext();
    world.state.faults.replace.add([new PermissionDeniedError('no')]);
    await failureOf(context.lease.begin(series(1), invocation));
    expect(context.lease.active).toEqual([]);
    await expect(context.lease.begin(series(1), invocation)).resolves.toBe(true);
  });

  it('is lost when somebody else has written it', async () => {
    const { invocation, context, world } = await makeContext();
    world.state.documents.set(NAME, { holder: 'other', until: Infinity, revision: 9, active: [] });
    await expect(failureOf(context.lease.begin(series(1), invocation))).resolves.toMatchObject({
      code: 'precondition-failed',
    });
  });
});
