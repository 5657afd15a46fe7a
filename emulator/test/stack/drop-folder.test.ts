import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EventEmitter, once } from 'node:events';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { watchDropFolder, type DropFolder } from '../../src/stack/drop/drop-folder.ts';
import { FileChangedError, type Upload } from '../../src/stack/drop/upload-file.ts';

let root: string;
let folder: DropFolder | undefined;
let uploads: { name: string; content: string }[];
let problems: string[];
const progress = new EventEmitter();

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'drop-'));
  uploads = [];
  problems = [];
});

afterEach(async () => {
  await folder?.close();
  folder = undefined;
  rmSync(root, { recursive: true, force: true });
});

const inDrop = (...path: string[]): string => join(root, 'inbox', ...path);

function put(content: string, ...path: string[]): void {
  mkdirSync(dirname(inDrop(...path)), { recursive: true });
  writeFileSync(inDrop(...path), content);
}

const record: Upload = (path, name) => {
  uploads.push({ name, content: readFileSync(path, 'utf8') });
  progress.emit('upload');
  return Promise.resolve();
};

async function start(upload: Upload = record, sweepIntervalMs = 60_000): Promise<void> {
  folder = await watchDropFolder({
    directory: inDrop(),
    ledgerPath: join(root, 'uploaded.jsonl'),
    upload,
    onProblem: (text) => {
      problems.push(text);
      progress.emit('problem');
    },
    settledAfterMs: 150,
    sweepIntervalMs,
    retryDelayMs: () => 20,
  });
}

async function restart(): Promise<void> {
  await folder?.close();
  await start();
}

async function until(event: 'upload' | 'problem', isDone: () => boolean): Promise<void> {
  while (!isDone()) await once(progress, event);
}

const uploaded = (count: number): Promise<void> => until('upload', () => uploads.length >= count);
const names = (): string[] => uploads.map(({ name }) => name).sort();

describe('a drop folder', () => {
  it('uploads a file, and a nested folder under its relative path', async () => {
    await start();
    put('one', 'a.dcm');
    put('two', 'study', 'series 1', 'b.dcm');
    put('three', 'study', 'c.dcm');
    await uploaded(3);
    expect(names()).toEqual(['a.dcm', 'study/c.dcm', 'study/series 1/b.dcm']);
  });

  it('uploads a folder that was moved in as a whole', async () => {
    await start();
    mkdirSync(join(root, 'elsewhere', 'deep'), { recursive: true });
    writeFileSync(join(root, 'elsewhere', 'deep', 'a.dcm'), 'a');
    renameSync(join(root, 'elsewhere'), inDrop('study'));
    await uploaded(1);
    expect(names()).toEqual(['study/deep/a.dcm']);
  });

  it('waits until a file has stopped growing', async () => {
    await start();
    for (let part = 0; part < 10; part += 1) {
      mkdirSync(inDrop(), { recursive: true });
      appendFileSync(inDrop('slow.dcm'), `${part}`);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    await uploaded(1);
    expect(uploads).toEqual([{ name: 'slow.dcm', content: '0123456789' }]);
  });

  it('uploads what was there before it started', async () => {
    put('old', 'old.dcm');
    await start();
    await uploaded(1);
    expect(names()).toEqual(['old.dcm']);
  });

  it('does not upload it again after a restart', async () => {
    put('old', 'old.dcm');
    await start();
    await uploaded(1);
    await restart();
    put('new', 'new.dcm');
    await uploaded(2);
    expect(names()).toEqual(['new.dcm', 'old.dcm']);
  });

  it('uploads a file again when its content has changed', async () => {
    await start();
    put('first', 'a.dcm');
    await uploaded(1);
    put('second content', 'a.dcm');
    await uploaded(2);
    expect(uploads.map(({ content }) => content)).toEqual(['first', 'second content']);
  });

  it('uploads a file again that changed, at the same size, while nobody watched', async () => {
    put('AAAA', 'a.dcm');
    await start();
    await uploaded(1);
    await folder?.close();
    put('BBBB', 'a.dcm');
    utimesSync(inDrop('a.dcm'), 2_000_000_000, 2_000_000_000);
    await start();
    await uploaded(2);
    expect(uploads.at(-1)?.content).toBe('BBBB');
  });

  it('takes a file that was removed and dropped again as new', async () => {
    const writeWithTime = (): void => {
      put('same', 'a.dcm');
      utimesSync(inDrop('a.dcm'), 1_700_000_000, 1_700_000_000);
    };
    writeWithTime();
    await start();
    await uploaded(1);
    await folder?.close();
    rmSync(inDrop('a.dcm'));
    await start();
    writeWithTime();
    await uploaded(2);
    expect(names()).toEqual(['a.dcm', 'a.dcm']);
  });

  it('leaves hidden and unfinished files and symbolic links alone', async () => {
    for (const name of ['.hidden', 'x.part', 'x.TMP', 'x~', 'x.crdownload']) put('no', name);
    put('no', '.cache', 'inner.dcm');
    writeFileSync(join(root, 'outside.dcm'), 'secret');
    mkdirSync(join(root, 'outside'));
    writeFileSync(join(root, 'outside', 'in.dcm'), 'secret');
    symlinkSync(join(root, 'outside.dcm'), inDrop('link.dcm'));
    symlinkSync(join(root, 'outside'), inDrop('linked'));
    await start(record, 50);
    put('yes', 'z.dcm');
    await uploaded(1);
    put('yes', 'zz.dcm');
    await uploaded(2);
    expect(names()).toEqual(['z.dcm', 'zz.dcm']);
  });

  it('tries again after a failure, and says what failed', async () => {
    let failures = 0;
    await start((...args) => {
      if ((failures += 1) <= 2) return Promise.reject(new Error('storage is down'));
      return record(...args);
    });
    put('one', 'a.dcm');
    await uploaded(1);
    expect(problems).toHaveLength(2);
    expect(problems[0]).toContain('a.dcm is not uploaded yet (storage is down)');
  });

  it('is silent about a file that was still being copied', async () => {
    let isFirst = true;
    await start((...args) => {
      if (!isFirst) return record(...args);
      isFirst = false;
      return Promise.reject(new FileChangedError('a.dcm'));
    });
    put('one', 'a.dcm');
    await uploaded(1);
    expect(problems).toEqual([]);
  });

  it('says once that a name cannot be used, and goes on', async () => {
    await start(record, 50);
    put('one', 'two\nlines.dcm');
    put('one', 'good.dcm');
    await until('problem', () => problems.length > 0);
    put('one', 'better.dcm');
    await uploaded(2);
    expect(names()).toEqual(['better.dcm', 'good.dcm']);
    expect(problems).toEqual([
      '"two\\nlines.dcm" is not uploaded: a line break cannot be part of an object name.',
    ]);
  });

  it('uploads a few at a time', async () => {
    let running = 0;
    let most = 0;
    await start(async (...args) => {
      most = Math.max(most, (running += 1));
      await new Promise(setImmediate);
      running -= 1;
      await record(...args);
    });
    for (let index = 0; index < 50; index += 1) put('x', 'many', `${index}.dcm`);
    await uploaded(50);
    expect(new Set(names()).size).toBe(50);
    expect(most).toBe(4);
  });
});
