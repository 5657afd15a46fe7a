import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Journal } from '../../src/storage/journal.ts';

describe('journal', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'journal-'));
    path = join(directory, 'journal.jsonl');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** Opens the journal and gives what it held; afterwards it holds the same. */
  async function open(): Promise<{ journal: Journal<string>; held: string[] }> {
    const held: string[] = [];
    const journal = await Journal.open<string>(
      path,
      (change) => held.push(change),
      () => held,
    );
    return { journal, held };
  }

  async function reopen(): Promise<string[]> {
    const { journal, held } = await open();
    journal.close();
    return held;
  }

  it('gives back what was appended, across several openings', async () => {
    const { journal } = await open();
    for (const change of ['a', 'line\nbreak', 'line\u2028separator', 'ü😀']) journal.append(change);
    journal.close();
    expect(await reopen()).toEqual(['a', 'line\nbreak', 'line\u2028separator', 'ü😀']);
    expect(await reopen()).toHaveLength(4);
  });

  it('takes a last line that was cut short for no change, and goes on behind the one before', async () => {
    writeFileSync(path, '"whole"\n"cut sh');
    const { journal, held } = await open();
    expect(held).toEqual(['whole']);
    journal.append('next');
    journal.close();
    expect(await reopen()).toEqual(['whole', 'next']);
  });

  it('refuses to open a file that is damaged before its end', async () => {
    writeFileSync(path, '"first"\n"dama\n"third"\n');
    await expect(open()).rejects.toThrow(`${path} is damaged at line 2.`);
    expect(readFileSync(path, 'utf8')).toBe('"first"\n"dama\n"third"\n');
  });

  it('is shortened to what is left when it is opened', async () => {
    appendFileSync(path, '"x"\n'.repeat(1000));
    const journal = await Journal.open<string>(
      path,
      () => undefined,
      () => ['x'],
    );
    journal.close();
    expect(readFileSync(path, 'utf8')).toBe('"x"\n');
  });

  it('reads lines that are longer than a block of the file', async () => {
    const { journal } = await open();
    const long = 'x'.repeat(300_000);
    journal.append(long);
    journal.append('short');
    journal.close();
    expect(await reopen()).toEqual([long, 'short']);
  });

  it('takes nothing once it is closed', async () => {
    const { journal } = await open();
    journal.close();
    expect(() => journal.append('late')).toThrow('has been closed');
  });
});
