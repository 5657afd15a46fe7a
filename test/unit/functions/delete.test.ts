import { describe, expect, it } from '@jest/globals';
import { makeDelete } from '../../../src/functions/delete.ts';
import { PermissionDeniedError, ThrottledError } from '../../../src/domain/errors.ts';
import { makeParts } from '../../support/deletion-context.ts';
import { DeletionWorld } from '../../support/deletion-world.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

interface Answered {
  readonly status: number;
  readonly advanced: number;
  readonly parts: ReturnType<typeof makeParts>;
}

async function handle(body: unknown, failure?: Error): Promise<Answered> {
  const parts = makeParts();
  const { clock, logger } = parts.world;
  let status = 0;
  let advanced = 0;
  const handler = makeDelete({
    clock,
    logger,
    projectId: 'p',
    timeLimitMs: 60_000,
    deletion: parts.deps,
    advance: () => {
      advanced += 1;
      return failure === undefined ? Promise.resolve() : Promise.reject(failure);
    },
  });
  const response = {
    status(code: number) {
      status = code;
      return response;
    },
    end: () => undefined,
  };
  await handler({ headers: {}, body }, response);
  return { status, advanced, parts };
}

const push = (text: string): object => ({
  message: { messageId: '7', publishTime: '2026-01-02T03:04:05Z', data: base64(text) },
});
const COMMAND = JSON.stringify({ action: 'delete', id: 'a', targets: [{ study: '1' }] });

describe('the delete function', () => {
  it('takes a command in, moves on what is under way, and acknowledges', async () => {
    const { status, advanced, parts } = await handle(push(COMMAND));
    expect([status, advanced, parts.world.isOpen]).toEqual([204, 1, true]);
  });

  it('moves on what is under way at a tick', async () => {
    const { status, advanced, parts } = await handle(push('{"action":"tick"}'));
    expect([status, advanced, parts.world.isOpen]).toEqual([204, 1, false]);
  });

  it.each([
    ['{"action":"delete","id":"a"}', 'a', ['targets: is missing']],
    ['Doe^John', null, ['the message is not JSON']],
  ])('acknowledges %s once it has been said what is wrong with it', async (text, id, problems) => {
    const { status, advanced, parts } = await handle(push(text));
    expect([status, advanced]).toEqual([204, 0]);
    expect(parts.world.commandReports).toMatchObject([
      { reportId: 'delete:refused:7', id, final: true, status: 'failed', problems },
    ]);
    expect(parts.world.state.documents.size).toBe(0);
  });

  it('does not acknowledge a refusal that nobody has heard of', async () => {
    const world = new DeletionWorld();
    world.publisher.faults.add([new PermissionDeniedError('no')]);
    await expect(world.deliver({ action: 'delete' })).resolves.toBe(503);
    expect(world.logger.lines.at(-1)).toMatchObject({
      severity: 'error',
      fields: { isConfigurationFault: true },
    });
  });

  it('gives back what is no push of Pub/Sub', async () => {
    const { status, advanced, parts } = await handle({});
    expect([status, advanced]).toEqual([500, 0]);
    expect(parts.world.logger.lines.at(-1)).toMatchObject({
      severity: 'error',
      fields: { error: 'TypeError' },
    });
  });

  it.each([
    [new ThrottledError('slow down'), 429, 'warning'],
    [new PermissionDeniedError('no'), 503, 'error'],
    [new Error('Doe^John'), 500, 'error'],
  ])('answers %s with %i', async (failure, expected, severity) => {
    const { status, parts } = await handle(push('{"action":"tick"}'), failure);
    expect(status).toBe(expected);
    expect(parts.world.logger.lines.at(-1)).toMatchObject({
      severity,
      message: 'delivery given back',
      fields: { messageId: '7', status: expected, attempts: 1 },
    });
    expect(JSON.stringify(parts.world.logger.lines)).not.toContain('Doe^John');
  });
});
