import { describe, expect, it } from '@jest/globals';
import * as errors from '../../../src/domain/errors.ts';
import { dispositionOf } from '../../../src/functions/disposition.ts';

type ErrorClass = new (message: string) => errors.CourierError;

const TABLE: readonly (readonly [ErrorClass, number, boolean])[] = [
  [errors.ThrottledError, 429, false],
  [errors.UnavailableError, 503, false],
  [errors.ConnectionLostError, 503, false],
  [errors.MalformedAnswerError, 503, false],
  [errors.ChecksumMismatchError, 503, false],
  [errors.DeadlineExceededError, 503, false],
  [errors.PreconditionFailedError, 503, false],
  [errors.UnauthenticatedError, 503, true],
  [errors.PermissionDeniedError, 503, true],
  [errors.NotFoundError, 503, true],
  [errors.RequestRefusedError, 503, true],
  [errors.InvalidConfigurationError, 503, true],
];

describe('the disposition of a delivery', () => {
  it.each(TABLE)('after %p is %i', (make, status, isConfigurationFault) => {
    expect(dispositionOf(new make(''))).toEqual({ status, isConfigurationFault });
  });

  it('is known for every error of the worker', () => {
    const classes = Object.values(errors).filter((make: unknown) => make !== errors.CourierError);
    expect(TABLE.map(([make]) => make).sort()).toEqual([...classes].sort());
  });

  it.each([
    ['an error that nobody foresaw', new TypeError('x')],
    ['a text', 'x'],
    ['nothing', undefined],
  ])('after %s gives it back as well', (_name, thrown) => {
    expect(dispositionOf(thrown)).toEqual({ status: 500, isConfigurationFault: false });
  });
});
