import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { makeStudy } from '../../src/sample/study.ts';
import { writeSample } from '../../src/sample/write-sample.ts';

const PROJECT_ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const FREE_PORTS = ['storage', 'pubsub', 'healthcare', 'functions'].map((name) => `--${name}-port=0`);

interface Ready {
  readonly healthcare: string;
  readonly dicomStore: string;
  readonly functions: Record<string, string>;
  readonly drop: string;
}

let root: string;
let child: ChildProcess | undefined;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'main-'));
});

afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true, maxRetries: 5 });
});

function run(...args: string[]): { child: ChildProcess; lines: Interface; errors: () => string } {
  const started = spawn(process.execPath, ['emulator/src/main.ts', ...args], {
    cwd: PROJECT_ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = started;
  let errors = '';
  started.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return { child: started, lines: createInterface({ input: started.stdout }), errors: () => errors };
}

const start = (...args: string[]) =>
  run('--json', ...FREE_PORTS, '--data', join(root, 'data'), '--drop', join(root, 'inbox'), ...args);

async function nextLine<Line>(lines: Interface): Promise<Line> {
  const [line] = (await once(lines, 'line')) as [string];
  return JSON.parse(line) as Line;
}

interface Report {
  readonly reportId: string;
  readonly object: { readonly name: string };
}

async function nextReport(lines: Interface): Promise<Report> {
  return (await nextLine<{ report: Report }>(lines)).report;
}

async function stop(signal: NodeJS.Signals): Promise<unknown[]> {
  const ended = once(child as ChildProcess, 'exit');
  child?.kill(signal);
  return ended;
}

/** One file of a study that is the same every time. */
function drop(name: string): void {
  const [file] = makeStudy({ seed: 'main', imagesPerSeries: 1, madeAt: new Date(0) });
  writeSample(join(root, 'inbox'), [{ path: name, content: file?.content ?? Buffer.alloc(0) }]);
}

describe('npm start', () => {
  it('carries a dropped file to the store, says so, and stops with nothing left running', async () => {
    const { lines, errors } = start();
    const ready = await nextLine<Ready>(lines);
    expect(ready).toMatchObject({ ready: true, project: 'local', drop: join(root, 'inbox') });

    drop('study/a.dcm');
    expect(await nextReport(lines)).toMatchObject({
      kind: 'ingest',
      outcome: 'stored',
      object: { name: 'study/a.dcm' },
    });
    const studies = await fetch(`${ready.healthcare}/v1/${ready.dicomStore}/dicomWeb/studies`, {
      headers: { authorization: 'Bearer local', accept: 'application/dicom+json' },
    });
    expect(await studies.json()).toHaveLength(1);

    expect(await stop('SIGTERM')).toEqual([0, null]);
    await expect(fetch(ready.functions['ingest'] ?? '')).rejects.toThrow('fetch failed');
    expect(errors()).toBe('');
  }, 120_000);

  it('goes on after it was killed, and uploads nothing twice', async () => {
    const first = start();
    const ready = await nextLine<Ready>(first.lines);
    drop('a.dcm');
    const before = await nextReport(first.lines);
    await stop('SIGKILL');
    const second = start();
    await nextLine(second.lines);
    drop('b.dcm');
    // The report of a.dcm may come again, as the kill came before its acknowledgement; a second upload would
    // be another generation.
    let after = await nextReport(second.lines);
    while (after.reportId === before.reportId) after = await nextReport(second.lines);
    expect(after.object.name).toBe('b.dcm');
    await expect(fetch(ready.functions['ingest'] ?? '')).rejects.toThrow('fetch failed');
    expect(await stop('SIGINT')).toEqual([0, null]);
  }, 120_000);

  it('names the option to change when a port is in use', async () => {
    const first = start();
    const { healthcare } = await nextLine<Ready>(first.lines);
    const second = spawn(
      process.execPath,
      [
        'emulator/src/main.ts',
        ...FREE_PORTS,
        `--healthcare-port=${new URL(healthcare).port}`,
        `--data=${join(root, 'other')}`,
      ],
      { cwd: PROJECT_ROOT, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const [text] = (await once(second.stderr, 'data')) as [Buffer];
    expect(text.toString()).toContain('--healthcare-port');
    expect(await once(second, 'exit')).toEqual([1, null]);
    await stop('SIGTERM');
  }, 120_000);

  it('explains itself, and refuses what it does not know', async () => {
    const help = run('--help');
    const [line] = (await once(help.lines, 'line')) as [string];
    expect(line).toContain('dicom-courier');
    const wrong = run('--speed', '9');
    expect(await once(wrong.child, 'exit')).toEqual([2, null]);
    expect(wrong.errors()).toContain("Unknown option '--speed'");
  }, 30_000);

  it('does not touch a directory that somebody else uses', async () => {
    writeFileSync(join(root, 'data'), 'a file, not a directory');
    const { child: refused, errors } = start();
    expect(await once(refused, 'exit')).toEqual([1, null]);
    expect(errors()).toContain(join(root, 'data'));
  }, 30_000);
});
