import { unzipSync } from 'fflate';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { EventRequest } from '../../src/functions/event.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PINNED_NODE = join(ROOT, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
const NODE = existsSync(PINNED_NODE) ? PINNED_NODE : process.execPath;
/** What the platform starts, found as the platform finds it: among what the package asks for. */
const FRAMEWORK = 'node_modules/@google-cloud/functions-framework/build/src/main.js';

/** Builds what is deployed. @returns the bytes of the zip. */
export async function buildPackage(environment: Readonly<Record<string, string>> = {}): Promise<Buffer> {
  const directory = mkdtempSync(join(tmpdir(), 'courier-build-'));
  try {
    await promisify(execFile)(process.execPath, ['scripts/build.mjs', directory], {
      cwd: ROOT,
      env: { ...process.env, ...environment },
    });
    return readFileSync(join(directory, 'dicom-courier.zip'));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The package as the platform has it: unpacked, with what its package.json asks for and nothing else. */
export class DeployedPackage {
  readonly files: readonly string[];
  readonly #directory = mkdtempSync(join(tmpdir(), 'courier-deployed-'));

  constructor(zip: Buffer) {
    const files = unzipSync(zip);
    this.files = Object.keys(files);
    for (const [name, contents] of Object.entries(files))
      writeFileSync(join(this.#directory, name), contents);
    for (const name of Object.keys(this.manifest.dependencies)) {
      const link = join(this.#directory, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(ROOT, 'node_modules', name), link, 'dir');
    }
  }

  get manifest(): { readonly dependencies: Readonly<Record<string, string>> } {
    return JSON.parse(this.read('package.json')) as ReturnType<() => DeployedPackage['manifest']>;
  }

  read(name: string): string {
    return readFileSync(join(this.#directory, name), 'utf8');
  }

  /**
   * Starts a function of it as the platform does: `FUNCTION_TARGET` says which.
   *
   * @returns once it listens.
   * @throws Error with what it wrote, when it ends before that.
   */
  async start(target: string, environment: Readonly<Record<string, string>>): Promise<RunningFunction> {
    const port = await freePort();
    const child = spawn(NODE, [FRAMEWORK], {
      cwd: this.#directory,
      env: { PATH: '/nonexistent', ...environment, FUNCTION_TARGET: target, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    await new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text;
          if (output.includes('Serving function')) resolve();
        });
      }
      child.once('close', () => reject(new Error(`The function ${target} has ended.\n${output}`)));
    });
    return new RunningFunction(child, port);
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true });
  }
}

export class RunningFunction {
  readonly #child: ChildProcess;
  readonly #port: number;

  constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.#port = port;
  }

  /** @returns the status it answers. */
  async deliver({ headers, body }: EventRequest): Promise<number> {
    const answer = await fetch(`http://127.0.0.1:${this.#port}/`, {
      method: 'POST',
      headers: headers as Record<string, string>,
      body: JSON.stringify(body),
    });
    await answer.arrayBuffer();
    return answer.status;
  }

  async stop(): Promise<void> {
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
  }
}

/** The framework does not say which port it got, so it is told one. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
