import '../../support/one-realm.ts';
import { describe, expect, it } from '@jest/globals';
import * as errors from '../../../src/domain/errors.ts';
import { describeError, makeAttempts } from '../../../src/usecases/attempts.ts';
import { failureOf } from '../../support/blocks.ts';
import { makeInvocation } from '../../support/factories.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { Faults } from '../../support/fault-script.ts';
import { recordingLogger } from '../../support/recording-logger.ts';

const POLICY = { maxAttempts: 3, baseDelayMs: 100, maxDelayMs: 1000, budgetMs: 60_000 };
const MARKER = 'DOE^JOHN';

interface Attempted {
  readonly clock: FakeClock;
  readonly faults: Faults;
  readonly logger: ReturnType<typeof recordingLogger>;
  readonly result: Promise<string>;
}

function attempt(script: readonly Error[]): Attempted {
  const clock = new FakeClock();
  const faults = new Faults(script);
  const logger = recordingLogger();
  const attempts = makeAttempts(clock, () => 0.5, POLICY);
  const work = async (): Promise<string> => {
    await Promise.resolve();
    faults.next();
    return 'done';
  };
  return { clock, faults, logger, result: attempts(makeInvocation({ logger }), work) };
}

describe('attempts', () => {
  it.each([
    new errors.ThrottledError(''),
    new errors.UnavailableError(''),
    new errors.ConnectionLostError(''),
    new errors.MalformedAnswerError(''),
    new errors.ChecksumMismatchError(''),
    new errors.UnauthenticatedError(''),
  ])('tries again after $code', async (error) => {
    const { clock, faults, result } = attempt([error]);
    await expect(result).resolves.toBe('done');
    expect({ sleeps: clock.sleeps, remaining: faults.remaining }).toEqual({ sleeps: [50], remaining: 0 });
  });

  it.each([
    new errors.PermissionDeniedError(''),
    new errors.NotFoundError(''),
    new errors.PreconditionFailedError(''),
    new errors.RequestRefusedError(''),
    new errors.DeadlineExceededError(''),
    new errors.InvalidConfigurationError(''),
  ])('does not try again after $code', async (error) => {
    const { clock, result } = attempt([error]);
    await expect(failureOf(result)).resolves.toBe(error);
    expect(clock.sleeps).toEqual([]);
  });

  it('does not try again after an error that nobody foresaw', async () => {
    const error = new RangeError(MARKER);
    await expect(failureOf(attempt([error]).result)).resolves.toBe(error);
  });

  it('refreshes a refused token once, and not twice', async () => {
    const second = new errors.UnauthenticatedError('again');
    const { clock, result } = attempt([new errors.UnauthenticatedError(''), second]);
    await expect(failureOf(result)).resolves.toBe(second);
    expect(clock.sleeps).toEqual([50]);
  });

  it('refreshes a refused token also after another failure', async () => {
    const { clock, result } = attempt([new errors.ThrottledError(''), new errors.UnauthenticatedError('')]);
    await expect(result).resolves.toBe('done');
    expect(clock.sleeps).toEqual([50, 100]);
  });

  it('waits for what the other side asked for', async () => {
    const { clock, result } = attempt([new errors.ThrottledError('', { retryAfterMs: 7000 })]);
    await result;
    expect(clock.sleeps).toEqual([7000]);
  });

  it('logs what happened and how long it waits', async () => {
    const { logger, result } = attempt([new errors.UnavailableError(MARKER, { details: { status: 503 } })]);
    await result;
    expect(logger.lines).toEqual([
      {
        severity: 'warning',
        message: 'tried again',
        fields: { error: 'unavailable', status: 503, attempt: 1, delayMs: 50 },
      },
    ]);
  });
});

describe('describeError', () => {
  it('says of an error of the worker its code and details, and not its message', () => {
    const error = new errors.ThrottledError(MARKER, { details: { call: 'store instance' } });
    expect(describeError(error)).toEqual({ error: 'throttled', call: 'store instance' });
  });

  it.each([
    ['another error', new RangeError(MARKER), 'RangeError'],
    ['a text', MARKER, 'string'],
    ['nothing', undefined, 'undefined'],
  ])('says of %s no more than what kind it is', (_name, thrown, kind) => {
    expect(describeError(thrown)).toEqual({ error: kind });
  });
});
