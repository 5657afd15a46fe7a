import { describe, expect, it } from '@jest/globals';
import { makeJsonLogger } from '../../../src/adapters/json-logger.ts';

function logged(write: (logger: ReturnType<typeof makeJsonLogger>) => void): unknown[] {
  const lines: string[] = [];
  write(makeJsonLogger((line) => void lines.push(line), { function: 'ingest' }));
  return lines.map((line) => {
    expect(line).toMatch(/^[^\n]*\n$/);
    return JSON.parse(line) as unknown;
  });
}

describe('the JSON logger', () => {
  it.each([
    ['info', 'INFO'],
    ['warning', 'WARNING'],
    ['error', 'ERROR'],
  ] as const)("writes %s with Cloud Logging's severity", (method, severity) => {
    expect(logged((logger) => logger[method]('done', { count: 1 }))).toEqual([
      { severity, message: 'done', function: 'ingest', count: 1 },
    ]);
  });

  it('needs no fields', () => {
    expect(logged((logger) => logger.info('up'))).toEqual([
      { severity: 'INFO', message: 'up', function: 'ingest' },
    ]);
  });

  it('keeps a message of several lines on one', () => {
    expect(logged((logger) => logger.info('a\nb'))).toMatchObject([{ message: 'a\nb' }]);
  });

  it('carries the fields of a logger that was made from it, and leaves its own alone', () => {
    const lines = logged((logger) => {
      logger.with({ trace: 't' }).with({ span: 's' }).info('inner', { span: 'own' });
      logger.info('outer');
    });
    expect(lines).toMatchObject([{ trace: 't', span: 'own' }, { message: 'outer' }]);
    expect(lines[1]).not.toHaveProperty('trace');
  });
});
