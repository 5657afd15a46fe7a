import { describe, expect, it } from '@jest/globals';
import { readCommandMessage } from '../../../src/functions/command-message.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const MESSAGE = {
  messageId: '7',
  publishTime: '2026-01-02T03:04:05.678Z',
  data: base64('{"action":"tick"}'),
};
const READ = {
  messageId: '7',
  publishedAtMs: Date.parse('2026-01-02T03:04:05.678Z'),
  attempts: 1,
  content: { action: 'tick' },
  problem: undefined,
};

describe('a push of a command', () => {
  it.each<readonly [object, object]>([
    [{ message: MESSAGE }, READ],
    [
      { message: MESSAGE, deliveryAttempt: 5 },
      { ...READ, attempts: 5 },
    ],
    [{ message: MESSAGE, deliveryAttempt: 'many' }, READ],
    [{ message: { ...MESSAGE, data: base64('"ü"') } }, { ...READ, content: 'ü' }],
  ])('%j is read', (body, expected) => {
    expect(readCommandMessage(body)).toEqual(expected);
  });

  it.each([
    ['without data', undefined, 'the message has no data'],
    ['with empty data', '', 'the message has no data'],
    ['that is no JSON', base64('Doe^John'), 'the message is not JSON'],
    ['that is too long', base64(`"${'x'.repeat(1024 * 1024)}"`), 'the message is longer than 1048576 bytes'],
  ])('%s has no content, and says why without quoting it', (_, data, problem) => {
    const message = { ...MESSAGE, data };
    expect(readCommandMessage({ message })).toEqual({ ...READ, content: undefined, problem });
  });

  it.each([
    undefined,
    null,
    'text',
    {},
    { message: {} },
    { message: { ...MESSAGE, messageId: '' } },
    { message: { ...MESSAGE, publishTime: 'yesterday' } },
    { message: { ...MESSAGE, data: 5 } },
  ])('is not %j', (body) => {
    expect(readCommandMessage(body)).toBeUndefined();
  });
});
