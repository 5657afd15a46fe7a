import { describe, expect, it } from '@jest/globals';
import { makeDeliveryHandler } from '../../../src/functions/deliver.ts';
import type { Invocation } from '../../../src/usecases/invocation.ts';
import { CLOCK_START_MS, FakeClock } from '../../support/fake-clock.ts';
import { recordingLogger } from '../../support/recording-logger.ts';

async function deliver(
  work: (message: string, invocation: Invocation) => Promise<void>,
  timeLimitMs = 60_000,
) {
  const logger = recordingLogger();
  const statuses: number[] = [];
  const response = {
    status(code: number) {
      statuses.push(code);
      return response;
    },
    end: () => undefined,
  };
  const handler = makeDeliveryHandler(
    { clock: new FakeClock(), logger, projectId: 'p', timeLimitMs },
    () => ({ message: 'hello', attempts: 3, logFields: { messageId: '7' } }),
    work,
  );
  await handler({ headers: {}, body: {} }, response);
  return { statuses, lines: logger.lines };
}

describe('a delivery', () => {
  it('is worked on with what the envelope says, and acknowledged after that', async () => {
    const seen: unknown[] = [];
    const { statuses, lines } = await deliver((message, { deadlineAt, startedAtMs, attempts, signal }) => {
      seen.push(message, startedAtMs, deadlineAt, attempts, signal.aborted);
      return Promise.resolve();
    });
    expect(seen).toEqual(['hello', CLOCK_START_MS, CLOCK_START_MS + 60_000, 3, false]);
    expect({ statuses, lines }).toEqual({ statuses: [204], lines: [] });
  });

  it('is given back when its time is up', async () => {
    const waitForEnd = (_: string, { signal }: Invocation): Promise<void> =>
      new Promise((__, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    const { statuses, lines } = await deliver(waitForEnd, 1);
    expect(statuses).toEqual([503]);
    expect(lines).toMatchObject([{ severity: 'warning', fields: { error: 'deadline-exceeded' } }]);
  });

  it.each([
    ['an error without a stack', Object.assign(new Error('x'), { stack: undefined })],
    ['what is no error', 'Doe^John'],
  ])('is given back when %s is thrown', async (_, thrown: unknown) => {
    const { statuses, lines } = await deliver(() => rejecting(thrown));
    expect(statuses).toEqual([500]);
    expect(lines[0]?.fields).not.toHaveProperty('stack');
    expect(JSON.stringify(lines)).not.toContain('Doe^John');
  });

  it('tells where an unforeseen error was thrown, and not its message', async () => {
    const { lines } = await deliver(() => Promise.reject(new Error('Doe^John\n    at home')));
    const stack = lines[0]?.fields['stack'] as string[];
    expect(stack[0]).toMatch(/^at .*deliver\.test/);
    expect(JSON.stringify(stack)).not.toMatch(/Doe|home/);
  });
});

async function rejecting(thrown: unknown): Promise<void> {
  await Promise.resolve();
  AbortSignal.abort(thrown).throwIfAborted();
}
