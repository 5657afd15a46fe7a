import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BoundedLog } from '../../src/stack/functions/bounded-log.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'log-'));
  path = join(directory, 'a.jsonl');
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function write(lines: readonly string[], limitBytes: number): void {
  const log = new BoundedLog(path, limitBytes);
  for (const line of lines) log.append(line);
  log.close();
}

describe('a bounded log', () => {
  it('goes on where an earlier run ended', () => {
    write(['one'], 100);
    write(['two'], 100);
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  });

  it('keeps the last lines in two files when it is full', () => {
    write(['1111', '2222', '3333', '4444', '5555'], 10);
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('3333\n4444\n');
    expect(readFileSync(path, 'utf8')).toBe('5555\n');
  });

  it('starts anew over a file that is already too long', () => {
    write(['0123456789'], 100);
    write(['next'], 10);
    expect(readFileSync(path, 'utf8')).toBe('next\n');
  });

  it('takes a line that is longer than the bound', () => {
    write(['0123456789abcdef'], 10);
    expect(readFileSync(path, 'utf8')).toBe('0123456789abcdef\n');
  });
});
