import { createServer } from 'node:http';
import { listen } from '../http/server.ts';

/** The ports of a stack on 127.0.0.1; 0 picks a free one. */
export interface StackPorts {
  readonly storage: number;
  readonly pubsub: number;
  readonly healthcare: number;
  /** The first function's; the others follow it. */
  readonly functions: number;
}

/** A port that a stack was told to use is taken. Its message names the option that changes it. */
export class PortInUseError extends Error {
  readonly port: number;

  constructor(port: number, what: string, option: string, cause: unknown) {
    super(
      `Port ${port}, meant for ${what}, is already in use. ` +
        `Is another local stack running? Otherwise choose another port with --${option}, or 0 for any free one.`,
      { cause },
    );
    this.name = 'PortInUseError';
    this.port = port;
  }
}

/**
 * Looks before anything is started, so that a taken port stops the start with nothing to clean up.
 *
 * @throws PortInUseError for the first port that is taken.
 */
export async function checkPorts(ports: StackPorts, functionNames: readonly string[]): Promise<void> {
  const wanted: [port: number, what: string, option: string][] = [
    [ports.storage, 'Cloud Storage', 'storage-port'],
    [ports.pubsub, 'Pub/Sub', 'pubsub-port'],
    [ports.healthcare, 'the Healthcare API', 'healthcare-port'],
    ...functionNames.map((name, index): [number, string, string] => [
      functionPort(ports, index),
      `the function ${name}`,
      'functions-port',
    ]),
  ];
  for (const [port, what, option] of wanted) {
    if (port === 0) continue;
    try {
      await tryListening(port);
    } catch (error) {
      throw new PortInUseError(port, what, option, error);
    }
  }
}

export function functionPort(ports: StackPorts, index: number): number {
  return ports.functions === 0 ? 0 : ports.functions + index;
}

async function tryListening(port: number): Promise<void> {
  const server = createServer();
  await listen(server, port);
  await new Promise((resolve) => server.close(resolve));
}
