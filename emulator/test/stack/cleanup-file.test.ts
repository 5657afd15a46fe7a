import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCleanupFile } from '../../src/stack/screen/cleanup-file.ts';
import { UsageError } from '../../src/stack/screen/command-line.ts';

let root: string;
let path: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cleanup-'));
  path = join(root, 'jobs.json');
});
afterEach(() => rmSync(root, { recursive: true }));

function read(text: string): ReturnType<typeof readCleanupFile> {
  writeFileSync(path, text);
  return readCleanupFile(path);
}

const COMMAND = '{"action":"cleanup","olderThan":"P365D","dryRun":false}';

describe('the file of scheduled cleanups', () => {
  it('is a list of commands with their intervals', () => {
    const command = { action: 'cleanup', olderThan: 'P365D', dryRun: false };
    expect(
      read(`[{"everySeconds":0.5,"command":${COMMAND}},{"everySeconds":86400,"command":${COMMAND}}]`),
    ).toEqual([
      { everySeconds: 0.5, command },
      { everySeconds: 86_400, command },
    ]);
    expect(read('[]')).toEqual([]);
  });

  it('leaves it to the function what a cleanup may ask for', () => {
    expect(read('[{"everySeconds":1,"command":{"action":"cleanup","olderThan":7}}]')).toHaveLength(1);
  });

  it.each([
    ['what is not JSON', '[', 'cannot be read'],
    ['what is not a list', '{}', 'has to be a list'],
    ['an entry that is no object', '[7]', 'entry 1 is not an object'],
    ['an entry without interval', `[{"command":${COMMAND}}]`, 'entry 1 needs everySeconds'],
    ['an interval of nothing', `[{"everySeconds":0,"command":${COMMAND}}]`, 'entry 1 needs everySeconds'],
    ['an interval as text', `[{"everySeconds":"60","command":${COMMAND}}]`, 'entry 1 needs everySeconds'],
    ['more than a timer can wait', `[{"everySeconds":2073601,"command":${COMMAND}}]`, 'needs everySeconds'],
    ['an entry without command', '[{"everySeconds":1}]', 'entry 1 needs a command'],
    ['a command that is a list', '[{"everySeconds":1,"command":[]}]', 'entry 1 needs a command'],
    ['another command', '[{"everySeconds":1,"command":{"action":"delete"}}]', 'whose action is "cleanup"'],
    ['an unknown field', `[{"everySeconds":1,"command":${COMMAND},"every":1}]`, 'unknown field "every"'],
  ])('is refused for %s', (_what, text, message) => {
    expect(() => read(text)).toThrow(UsageError);
    expect(() => read(text)).toThrow(message);
  });

  it('is told all that is wrong at once', () => {
    expect(() => read(`[{"everySeconds":1,"command":${COMMAND}},{},{"everySeconds":-1}]`)).toThrow(
      'entry 2 needs everySeconds, a number from 0.1 to 2073600; entry 2 needs a command, which is an object; ' +
        'entry 3 needs everySeconds, a number from 0.1 to 2073600; entry 3 needs a command, which is an object',
    );
  });

  it('has to be there', () => {
    expect(() => readCleanupFile(path)).toThrow(UsageError);
    expect(() => readCleanupFile(path)).toThrow(path);
  });
});
