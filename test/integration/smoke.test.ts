import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalStack } from '../support/local-stack.ts';

const QUICK = { DELETE_DELAY: '0s', SEARCH_LAG: '0s' };

let stack: LocalStack;
let line: string;

beforeAll(async () => {
  stack = await LocalStack.startWith(QUICK, '--tick', '1');
  line = join(stack.data, 'ready.json');
  writeFileSync(line, `${JSON.stringify(stack.ready)}\n`);
}, 60_000);
afterAll(() => stack.stop());

interface Run {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

const smoke = (...args: string[]): Promise<Run> => smokeWith({}, args);

/** Runs the tool as `npm run smoke` does. @param interruptAt what it has written when it is sent SIGTERM. */
async function smokeWith(
  environment: Readonly<Record<string, string>>,
  args: readonly string[],
  interruptAt?: string,
): Promise<Run> {
  const child = spawn(process.execPath, ['tools/smoke/main.ts', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let isAwaited = interruptAt !== undefined;
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (isAwaited && output.includes(interruptAt ?? '')) {
      isAwaited = false;
      child.kill('SIGTERM');
      // As through a launcher, when the whole process group is told.
      child.kill('SIGTERM');
    }
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output, errors };
}

/** The mark of each step. */
function marks(output: string): Record<string, string> {
  const lines = [...output.matchAll(/^([✓✗–]) (\w+(?: \w+)?)/gm)];
  return Object.fromEntries(lines.map(([, mark = '', name = '']) => [name, mark]));
}

const namesIn = async (bucket: string): Promise<string[]> => {
  const answer = await fetch(`${stack.ready.storage}/storage/v1/b/${bucket}/o`);
  return ((await answer.json()) as { items?: { name: string }[] }).items?.map(({ name }) => name) ?? [];
};
const subscriptions = async (): Promise<string[]> => {
  const { pubsub, project } = stack.ready;
  const answer = await fetch(`http://${pubsub}/v1/projects/${project}/subscriptions`);
  return ((await answer.json()) as { subscriptions: { name: string }[] }).subscriptions.map(
    ({ name }) => name,
  );
};
const leftovers = async (): Promise<string[]> => {
  const made = [await namesIn('inbox'), await namesIn('exports'), await subscriptions()].flat();
  return made.filter((name) => name.includes('courier-smoke-'));
};

describe('npm run smoke', () => {
  it('passes every step against the local stack, and leaves nothing behind', async () => {
    const { code, output } = await smoke('--local', line, '--images', '1', '--timeout', '60s');
    const hasExport = 'export' in stack.ready.functions;
    expect(marks(output)).toEqual({
      ...{ listen: '✓', upload: '✓', ingest: '✓', retrieve: '✓', export: hasExport ? '✓' : '–' },
      ...{ delete: '✓', gone: '✓', 'take away': '✓' },
    });
    expect(output.includes('PASSED OVER: nothing is subscribed to dicom-export')).toBe(!hasExport);
    expect(code).toBe(0);
    expect(await leftovers()).toEqual([]);
    expect((await stack.dicomWeb('studies', 'application/dicom+json')).status).toBe(204);
  }, 120_000);

  it("finds a system by the variables of Google's own clients and by names", async () => {
    const { storage, pubsub, healthcare } = stack.ready;
    const environment = {
      STORAGE_EMULATOR_HOST: storage,
      PUBSUB_EMULATOR_HOST: pubsub,
      HEALTHCARE_ENDPOINT: healthcare,
    };
    const names = ['--project', 'local', '--location', 'local', '--dataset', 'imaging', '--store', 'main'];
    const buckets = ['--inbox', 'inbox', '--exports', 'exports', '--images', '1', '--timeout', '60s'];
    const { code, output } = await smokeWith(environment, [...names, ...buckets]);
    expect(code).toBe(0);
    expect(output).toMatch(/The smoke test passed\.\n$/);
    expect(await leftovers()).toEqual([]);
  }, 120_000);

  it('takes away what it has made when it is interrupted', async () => {
    // Nobody looks at this bucket, so it waits for its reports.
    const { code, output } = await smokeWith({}, ['--local', line, '--inbox', 'quarantine'], '✓ upload');
    expect(marks(output)).toEqual({ listen: '✓', upload: '✓', ingest: '✗', 'take away': '✓' });
    expect(output).toContain('ended by SIGTERM');
    expect(code).toBe(1);
    expect(await namesIn('quarantine')).toEqual([]);
    expect(await leftovers()).toEqual([]);
  }, 60_000);

  it('fails where no report comes, takes away what it has made, and says so', async () => {
    // Nobody looks at this bucket.
    const { code, output } = await smoke('--local', line, '--inbox', 'quarantine', '--timeout', '1s');
    expect(marks(output)).toEqual({ listen: '✓', upload: '✓', ingest: '✗', 'take away': '✓' });
    expect(output).toMatch(/✗ ingest .* 0 of 6 reports have come/);
    expect(output).toMatch(/The smoke test FAILED\.\n$/);
    expect(code).toBe(1);
    expect(await namesIn('quarantine')).toEqual([]);
    expect(await leftovers()).toEqual([]);
  }, 60_000);

  it('deletes the study from the store itself where the function for it does not', async () => {
    // A command that nobody reads.
    const args = [
      '--local',
      line,
      '--delete-topic',
      'ingest-dead-letter',
      '--images',
      '1',
      '--timeout',
      '6s',
    ];
    const { code, output } = await smoke(...args);
    expect(marks(output)).toMatchObject({ retrieve: '✓', delete: '✗', 'take away': '✓' });
    expect(code).toBe(1);
    expect((await stack.dicomWeb('studies', 'application/dicom+json')).status).toBe(204);
    expect(await leftovers()).toEqual([]);
  }, 60_000);

  it('says what it has left behind', async () => {
    const args = ['--local', line, '--inbox', 'nobodys-bucket', '--timeout', '1s'];
    const { code, output } = await smoke(...args);
    expect(marks(output)).toMatchObject({ upload: '✗', 'take away': '✗' });
    expect(output).toMatch(/✗ take away .* left behind: objects in gs:\/\/nobodys-bucket\//);
    expect(code).toBe(1);
  }, 60_000);

  it.each([
    [[], 'Missing: --project, --location, --dataset, --store, --inbox, --exports.'],
    [['--local', 'default', '--images', '0'], '--images takes a number from 1 to 99.'],
    [['--local', 'default', '--timeout', 'soon'], '--timeout takes a duration'],
    [['--local', '/nonexistent'], '--local /nonexistent has no first line'],
    [['--everything'], "Unknown option '--everything'"],
  ])('refuses %j with code 2', async (args, words) => {
    const { code, output, errors } = await smoke(...args);
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toContain(words);
  });

  it('lists its options', async () => {
    const { code, output } = await smoke('--help');
    expect(code).toBe(0);
    for (const name of ['project', 'inbox', 'results-topic', 'local']) expect(output).toContain(`--${name} `);
  });
});
