import type { PubSub } from '@google-cloud/pubsub';
import type { Storage } from '@google-cloud/storage';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startHealthcare } from '../healthcare/healthcare.ts';
import { Iam } from '../iam/iam.ts';
import type { Policy } from '../iam/policy.ts';
import { TokenRegistry } from '../http/tokens.ts';
import { startMetadataServer } from '../metadata/metadata-server.ts';
import { startPubsub } from '../pubsub/pubsub.ts';
import { startStorage } from '../storage/storage.ts';
import { openDataDirectory, type DataDirectory } from './data-directory.ts';
import { BoundedLog } from './functions/bounded-log.ts';
import { functionEnvironment, type ServiceAddresses } from './functions/function-environment.ts';
import { startFunction, type FunctionProcess } from './functions/function-process.ts';
import type { LogLine } from './functions/log-line.ts';
import type { Publish } from './messages.ts';
import { checkPorts, functionPort, type StackPorts } from './ports.ts';
import { provisionHealthcare } from './provision/provision-healthcare.ts';
import {
  makePubsubClient,
  provisionTopics,
  subscribeFunction,
  type RetryBackoff,
} from './provision/provision-pubsub.ts';
import { makeStorageClient, provisionStorage } from './provision/provision-storage.ts';
import { startScheduler, type ScheduledJob } from './scheduler.ts';
import { FUNCTIONS, PROJECT, type FunctionSpec } from './topology.ts';

export interface StackOptions {
  /** Holds everything the stack keeps; one stack at a time. */
  readonly dataDir: string;
  readonly ports: StackPorts;
  /** Starts with nothing in the data directory. */
  readonly reset?: boolean;
  /** Every message is delivered again after it was acknowledged. */
  readonly deliverTwice?: boolean;
  /** What each service account may do. @default everything */
  readonly policy?: Policy;
  /** What is published again and again to the topic for deletions. @default nothing */
  readonly schedule?: readonly ScheduledJob[];
  /** Of the push subscriptions. @default 1 to 30 s, where a deployment has 10 to 600 s */
  readonly backoff?: RetryBackoff;
  /** Before a function that has died is started for the nth time in a row. @default 0.5 s, doubling up to 15 s */
  readonly restartDelayMs?: (restart: number) => number;
  /** The file that serves a function. @default src/functions/serve.ts */
  readonly functionEntry?: string;
  /** What the functions inherit; whatever could lead them to the real Google Cloud is left out. */
  readonly environment?: NodeJS.ProcessEnv;
  /** What single functions, by name, find there besides. */
  readonly environments?: Readonly<Record<string, NodeJS.ProcessEnv>>;
  /** A line of severity ERROR or worse in a function's log. */
  readonly onFunctionError?: (functionName: string, line: LogLine) => void;
  readonly onNotice?: (text: string) => void;
  /** Gives up the start, and leaves nothing running. */
  readonly signal?: AbortSignal;
}

/** A function, and the metadata server that is its own. */
export interface StackFunction {
  readonly name: string;
  readonly process: FunctionProcess;
  readonly metadataUrl: string;
}

export interface Stack {
  readonly dataDir: string;
  readonly services: ServiceAddresses;
  readonly functions: readonly StackFunction[];
  /** Google's own clients, connected to the stand-ins. */
  readonly clients: { readonly storage: Storage; readonly pubsub: PubSub };
  readonly tokens: TokenRegistry;
  readonly schedule: readonly ScheduledJob[];
  /** The log file of a function. */
  logPath(functionName: string): string;
  /** Stops everything within a few seconds. */
  close(): Promise<void>;
  /** Ends the functions' processes at once, for when this process is about to end without waiting. */
  killNow(): void;
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * Brings up a project as it is deployed: the services first, then what they hold, then the functions, and
 * only then the subscriptions that push to them. What an earlier run left in the data directory is used again.
 *
 * @throws PortInUseError, or the first failure, when everything that had been started is stopped again.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  await checkPorts(
    options.ports,
    FUNCTIONS.map(({ name }) => name),
  );
  const resources = new Resources();
  try {
    return await start(options, resources);
  } catch (error) {
    await resources.close().catch((closing: unknown) => {
      throw new AggregateError([error, closing], `${String(error)} (and not everything could be stopped)`);
    });
    throw error;
  }
}

async function start(options: StackOptions, resources: Resources): Promise<Stack> {
  const { dataDir, signal, schedule = [] } = options;
  const { backoff = { minSeconds: 1, maxSeconds: 30 } } = options;
  const data = openDataDirectory(dataDir, { reset: options.reset === true });
  resources.add(() => data.release());
  const tokens = new TokenRegistry();

  const { services, publish } = await startServices(options, data, tokens, resources);
  signal?.throwIfAborted();

  const storage = makeStorageClient(services.storageUrl);
  const pubsub = makePubsubClient(services.pubsubHost);
  resources.add(() => pubsub.close());
  // The inbox can only be told to notify a topic that exists.
  await provisionTopics(pubsub, FUNCTIONS);
  await provisionStorage(storage);
  await provisionHealthcare(services.healthcareUrl);

  const processes = await startFunctions({ options, services, data, tokens, resources });
  for (const [index, spec] of FUNCTIONS.entries()) {
    await subscribeFunction(pubsub, spec, { url: processes[index]?.process.url ?? '', backoff });
  }
  signal?.throwIfAborted();
  const onProblem = (text: string): void => options.onNotice?.(text);
  const scheduler = startScheduler({ publish, jobs: schedule, onProblem });
  resources.add(() => scheduler.close());
  return {
    dataDir,
    services,
    functions: processes,
    clients: { storage, pubsub },
    tokens,
    schedule,
    logPath: (name) => logPath(data, name),
    close: () => resources.close(),
    killNow: () => processes.forEach(({ process }) => process.killNow()),
  };
}

async function startServices(
  { ports, policy, deliverTwice = false }: StackOptions,
  data: DataDirectory,
  tokens: TokenRegistry,
  resources: Resources,
): Promise<{ services: ServiceAddresses; publish: Publish }> {
  const guards = { tokens, ...(policy === undefined ? {} : { iam: new Iam(policy) }) };
  const pubsub = await startPubsub({
    port: ports.pubsub,
    dataDir: data.pathOf('pubsub'),
    ...guards,
    deliverTwice,
    // Cloud Run would start more instances, up to their maximum; here is one, and what it has no room for waits.
    push: {
      maximumWindows: Object.fromEntries(FUNCTIONS.map((spec) => [spec.subscription, spec.concurrency])),
    },
  });
  resources.add(() => pubsub.close());
  const storage = await startStorage({
    port: ports.storage,
    dataDir: data.pathOf('storage'),
    ...guards,
    publish: pubsub.publish,
  });
  resources.add(() => storage.close());
  const healthcare = await startHealthcare({
    port: ports.healthcare,
    dataDir: data.pathOf('healthcare'),
    ...guards,
  });
  resources.add(() => healthcare.close());
  return {
    services: {
      storageUrl: storage.url,
      pubsubHost: `127.0.0.1:${pubsub.port}`,
      healthcareUrl: healthcare.url,
    },
    publish: pubsub.publish,
  };
}

/** Starts all functions at once: each takes its time to load, and none waits for another. */
async function startFunctions(
  wiring: Omit<Parameters<typeof startOneFunction>[1], 'index'>,
): Promise<StackFunction[]> {
  const started = await Promise.allSettled(
    FUNCTIONS.map((spec, index) => startOneFunction(spec, { ...wiring, index })),
  );
  // Only when all have started or failed is it known what there is to stop.
  const failed = started.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

async function startOneFunction(
  spec: FunctionSpec,
  wiring: {
    readonly options: StackOptions;
    readonly services: ServiceAddresses;
    readonly data: DataDirectory;
    readonly tokens: TokenRegistry;
    readonly resources: Resources;
    readonly index: number;
  },
): Promise<StackFunction> {
  const { options, services, data, tokens, resources, index } = wiring;
  const metadata = await startMetadataServer({ port: 0, tokens, project: PROJECT, account: spec.account });
  resources.add(() => metadata.close());
  const log = new BoundedLog(logPath(data, spec.name));
  resources.add(() => log.close());
  const process = await startFunction({
    name: spec.name,
    entry: options.functionEntry ?? join(ROOT, 'src/functions/serve.ts'),
    cwd: ROOT,
    port: functionPort(options.ports, index),
    environmentFor: (port) =>
      functionEnvironment(spec, {
        inherited: { ...options.environment, ...options.environments?.[spec.name] },
        port,
        services,
        metadataHost: `127.0.0.1:${metadata.port}`,
      }),
    log,
    onErrorLine: (line) => options.onFunctionError?.(spec.name, line),
    onNotice: (text) => options.onNotice?.(text),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.restartDelayMs === undefined ? {} : { restartDelayMs: options.restartDelayMs }),
  });
  resources.add(() => process.stop());
  return { name: spec.name, process, metadataUrl: metadata.url };
}

function logPath(data: DataDirectory, functionName: string): string {
  return join(data.pathOf('logs'), `${functionName}.jsonl`);
}

/** What has been started, to be stopped in the opposite order; one that fails to stop does not keep the rest. */
class Resources {
  #closers: (() => unknown)[] = [];

  add(close: () => unknown): void {
    this.#closers.push(close);
  }

  async close(): Promise<void> {
    const closers = this.#closers.reverse();
    this.#closers = [];
    const failures: unknown[] = [];
    for (const close of closers) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'Not everything could be stopped.');
  }
}
