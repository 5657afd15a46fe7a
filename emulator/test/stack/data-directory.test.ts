import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataDirectory } from '../../src/stack/data-directory.ts';

let root: string;
let path: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'data-'));
  path = join(root, 'stack');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the data directory', () => {
  it('is made with a place for every part', () => {
    const data = openDataDirectory(path);
    expect(existsSync(data.pathOf('storage'))).toBe(true);
    expect(existsSync(data.pathOf('logs'))).toBe(true);
  });

  it('keeps what is in it', () => {
    const data = openDataDirectory(path);
    writeFileSync(join(data.pathOf('storage'), 'object'), 'x');
    data.release();
    expect(existsSync(join(openDataDirectory(path).pathOf('storage'), 'object'))).toBe(true);
  });

  it('is emptied on request, but for what is not its own', () => {
    const data = openDataDirectory(path);
    writeFileSync(join(data.pathOf('storage'), 'object'), 'x');
    writeFileSync(join(path, 'notes.txt'), 'mine');
    data.release();
    openDataDirectory(path, { reset: true });
    expect(existsSync(join(path, 'storage', 'object'))).toBe(false);
    expect(existsSync(join(path, 'notes.txt'))).toBe(true);
  });

  it('is refused where somebody else has a directory of the same name, and nothing is touched', () => {
    mkdirSync(join(path, 'logs'), { recursive: true });
    writeFileSync(join(path, 'logs', 'precious'), 'x');
    expect(() => openDataDirectory(path, { reset: true })).toThrow('was not made by a local stack');
    expect(existsSync(join(path, 'logs', 'precious'))).toBe(true);
  });

  it('is refused while another process uses it', () => {
    openDataDirectory(path, { processId: process.ppid });
    expect(() => openDataDirectory(path)).toThrow(`already running on ${path} (process ${process.ppid})`);
  });

  it('is taken over from a process that was killed', () => {
    openDataDirectory(path, { processId: 2 ** 31 - 2 });
    expect(() => openDataDirectory(path)).not.toThrow();
  });
});
