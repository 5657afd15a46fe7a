import { describe, expect, it } from '@jest/globals';
import * as errors from '../../../src/domain/errors.ts';

describe('an error of the worker', () => {
  it('keeps its cause, its details and what the other side asked for', () => {
    const cause = new Error('socket');
    const error = new errors.ThrottledError('slow', { cause, details: { status: 429 }, retryAfterMs: 7 });
    expect(error).toMatchObject({ code: 'throttled', message: 'slow', cause });
    expect(error).toMatchObject({ details: { status: 429 }, retryAfterMs: 7 });
  });

  it('has no cause of its own making', () => {
    expect('cause' in new errors.NotFoundError('gone')).toBe(false);
  });

  it('keeps a cause that is undefined, because something was thrown', () => {
    expect('cause' in new errors.NotFoundError('gone', { cause: undefined })).toBe(true);
  });

  it('has empty details where none are given', () => {
    expect(new errors.NotFoundError('gone')).toMatchObject({ details: {}, retryAfterMs: undefined });
  });

  it('is told from every other by its code', () => {
    const classes = Object.entries(errors).filter(([name]) => name !== 'CourierError');
    const codes = classes.map(([, make]) => new (make as typeof errors.ThrottledError)('').code);
    expect(new Set(codes).size).toBe(classes.length);
  });
});
