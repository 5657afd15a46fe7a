import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BoundedLog } from '../../src/stack/functions/bounded-log.ts';
import { startFunction, type FunctionProcess } from '../../src/stack/functions/function-process.ts';

const ENTRY = fileURLToPath(new URL('./support/fake-function.mjs', import.meta.url));
const PRELOAD = fileURLToPath(new URL('../../src/stack/functions/exit-with-parent.ts', import.meta.url));

let directory: string;
let log: BoundedLog;
let running: FunctionProcess | undefined;
let errors: string[];
let notices: string[];
const told = new EventEmitter();

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'function-'));
  log = new BoundedLog(join(directory, 'log.jsonl'));
  errors = [];
  notices = [];
});

afterEach(async () => {
  await running?.stop();
  running = undefined;
  log.close();
  rmSync(directory, { recursive: true, force: true });
});

async function start(
  environment: NodeJS.ProcessEnv = {},
  options: { signal?: AbortSignal; startTimeoutMs?: number } = {},
): Promise<FunctionProcess> {
  running = await startFunction({
    name: 'ingest',
    entry: ENTRY,
    cwd: directory,
    port: 0,
    environmentFor: (port) => ({ ...environment, PORT: String(port) }),
    log,
    onErrorLine: (line) => {
      errors.push(line.message);
      told.emit('told');
    },
    onNotice: (text) => {
      notices.push(text);
      told.emit('told');
    },
    restartDelayMs: () => 5,
    ...options,
  });
  return running;
}

async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await once(told, 'told');
}

/** The connection may be closed by a crash, which is what some tests ask for. */
const ask = (action: string): Promise<unknown> =>
  fetch(`${running?.url}/${action}`).then(
    (response) => response.json(),
    () => undefined,
  );

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const logged = (): string => readFileSync(join(directory, 'log.jsonl'), 'utf8');

describe('a function process', () => {
  it('is reached at the port it says it listens on', async () => {
    const { processId } = await start({ HELLO: 'world' });
    expect(await ask('')).toMatchObject({ pid: processId, environment: { HELLO: 'world' } });
  });

  it('leaves its log lines in the file, and shows the errors', async () => {
    await start();
    await ask('error');
    await until(() => errors.length > 0);
    expect(errors).toEqual(['it went wrong']);
    expect(logged()).toContain('{"severity":"INFO","message":"listening"');
    expect(logged()).toContain('"code":"E1"');
  });

  it('shows and keeps text that is not in the logging form', async () => {
    await start();
    await ask('warn');
    await until(() => errors.length > 0);
    expect(errors).toEqual(['plain text']);
    expect(logged()).toContain('{"severity":"DEFAULT","message":"plain text"}');
  });

  it('is started again on the same port when it dies, and says so', async () => {
    const first = await start();
    const { port, processId } = first;
    await ask('crash');
    await until(() => notices.length === 2);
    expect(notices).toEqual([
      'ingest ended with exit code 3; it is started again in 0.005 s.',
      `ingest is up again at http://127.0.0.1:${port}.`,
    ]);
    expect(await ask('')).toMatchObject({ pid: first.processId });
    expect(first.processId).not.toBe(processId);
  });

  it('is started again when it was killed', async () => {
    process.kill((await start()).processId ?? 0, 'SIGKILL');
    await until(() => notices.length === 2);
    expect(notices[0]).toBe('ingest was ended by SIGKILL; it is started again in 0.005 s.');
  });

  it('is not started again once it was stopped', async () => {
    const { processId } = await start();
    await running?.stop();
    expect(isAlive(processId ?? 0)).toBe(false);
    expect(notices).toEqual([]);
  });

  it('fails to start with its last words when it dies before it listens', async () => {
    const failure = start({ FAKE_STARTUP: 'crash' });
    await expect(failure).rejects.toThrow(
      'The function ingest could not be started: it ended with exit code 7.\ncannot find the thing',
    );
  });

  it('fails to start when it does not say that it listens', async () => {
    const failure = start({ FAKE_STARTUP: 'silent' }, { startTimeoutMs: 500 });
    await expect(failure).rejects.toThrow('it did not listen within 0.5 s');
  });

  it('gives up its start when it is asked to', async () => {
    const stopping = new AbortController();
    const failure = start({ FAKE_STARTUP: 'silent' }, { signal: stopping.signal });
    stopping.abort(new Error('stopped by hand'));
    await expect(failure).rejects.toThrow('stopped by hand');
  });

  it('is killed when it does not stop by itself', async () => {
    const { processId } = await start({ FAKE_SIGTERM: 'ignore' });
    await running?.stop();
    expect(isAlive(processId ?? 0)).toBe(false);
  }, 15_000);

  it('ends when the process that holds its standard input is gone', async () => {
    const child = spawn(process.execPath, ['--import', PRELOAD, ENTRY], {
      env: { PORT: '0' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.stdin.destroy();
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect([code, signal]).toEqual([null, 'SIGTERM']);
  });
});
