import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

export interface RunningOrthanc {
  /** The root of its DICOMweb services, without a trailing slash; the same path as a store of Google's has. */
  readonly dicomWebUrl: string;
  close(): Promise<void>;
}

const ROOT = '/v1/projects/p/locations/l/datasets/d/dicomStores/s/dicomWeb/';
const START_TIMEOUT_MS = 20_000;

/**
 * Starts Orthanc with its DICOMweb plugin on a free port and an empty directory.
 *
 * It cannot be bound to loopback, so it refuses other peers instead.
 *
 * @throws with what it wrote when it does not come up.
 */
export async function startOrthanc(found: { command: string; plugin: string }): Promise<RunningOrthanc> {
  const directory = await mkdtemp(join(tmpdir(), 'courier-orthanc-'));
  const port = await freePort();
  const configuration = join(directory, 'orthanc.json');
  await writeFile(configuration, JSON.stringify(configurationFor(port, directory, found.plugin)));
  const child = spawn(found.command, [configuration], { stdio: ['ignore', 'ignore', 'pipe'] });
  const output: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString('utf8')));
  const close = async () => {
    await stop(child);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await untilAnswers(`http://127.0.0.1:${port}/system`, child);
  } catch (error) {
    await close();
    throw new Error(`Orthanc did not start:\n${output.join('').slice(-2000)}`, { cause: error });
  }
  return { dicomWebUrl: `http://127.0.0.1:${port}${ROOT.slice(0, -1)}`, close };
}

function configurationFor(port: number, directory: string, plugin: string): object {
  return {
    Name: 'courier-contract',
    HttpPort: port,
    RemoteAccessAllowed: false,
    AuthenticationEnabled: false,
    DicomServerEnabled: false,
    StorageDirectory: directory,
    IndexDirectory: directory,
    OverwriteInstances: false,
    KeepAlive: true,
    Plugins: [plugin],
    DicomWeb: {
      Enable: true,
      Root: ROOT,
      EnableWado: false,
      StudiesMetadata: 'Full',
      SeriesMetadata: 'Full',
    },
  };
}

async function untilAnswers(url: string, child: ChildProcess): Promise<void> {
  const deadline = AbortSignal.timeout(START_TIMEOUT_MS);
  for (;;) {
    deadline.throwIfAborted();
    if (child.exitCode !== null) throw new Error(`Orthanc ended with exit code ${child.exitCode}.`);
    const isUp = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    await setTimeout(20);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
