import { PROJECT, type FunctionSpec } from '../topology.ts';
import { RUNTIME_ENVIRONMENT } from './runtime-environment.ts';

/** Where the services of a stack are reached, as `host:port` or URL, in the form each variable wants. */
export interface ServiceAddresses {
  readonly storageUrl: string;
  readonly pubsubHost: string;
  readonly healthcareUrl: string;
}

/** Variables with which a shell could send a function, or the stack itself, to the real Google Cloud. */
const LEADS_TO_GOOGLE =
  /^(GOOGLE_|GCLOUD_|CLOUDSDK_|GCE_METADATA_|METADATA_SERVER_DETECTION$|PUBSUB_|STORAGE_EMULATOR_HOST$)/;
/** What npm and a debugger left for this process, or another function was told, is not meant for its children. */
const NOT_FOR_CHILDREN = /^(npm_|INIT_CWD$|NODE_OPTIONS$|PORT$|HOST$|FUNCTION_(?!TIMEOUT$))/;

/** An environment that reaches the local stack and nothing else. */
export function localEnvironment(inherited: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(inherited).filter(([name]) => !LEADS_TO_GOOGLE.test(name));
  const environment = Object.fromEntries(kept);
  // Google's libraries send even loopback requests to a proxy that the shell names, unless told otherwise.
  const direct = [environment['NO_PROXY'] ?? environment['no_proxy'], '127.0.0.1', 'localhost'];
  const noProxy = direct.filter((entry) => entry !== undefined && entry !== '').join(',');
  return {
    ...environment,
    NO_PROXY: noProxy,
    no_proxy: noProxy,
    // Credentials of the developer's own would be found here before the metadata server is asked.
    CLOUDSDK_CONFIG: '/nonexistent/gcloud',
    GOOGLE_CLOUD_PROJECT: PROJECT,
    METADATA_SERVER_DETECTION: 'none',
  };
}

/** What a function finds in its environment. */
export function functionEnvironment(
  spec: FunctionSpec,
  wiring: {
    readonly inherited: NodeJS.ProcessEnv;
    readonly port: number;
    readonly services: ServiceAddresses;
    /** `host:port` of the metadata server that is this function's own. */
    readonly metadataHost: string;
  },
): NodeJS.ProcessEnv {
  const inherited = Object.entries(localEnvironment(wiring.inherited));
  return {
    ...spec.settings,
    ...Object.fromEntries(inherited.filter(([name]) => !NOT_FOR_CHILDREN.test(name))),
    ...RUNTIME_ENVIRONMENT,
    ...spec.environment,
    FUNCTION_TARGET: spec.name,
    HOST: '127.0.0.1',
    PORT: String(wiring.port),
    STORAGE_EMULATOR_HOST: wiring.services.storageUrl,
    PUBSUB_EMULATOR_HOST: wiring.services.pubsubHost,
    HEALTHCARE_ENDPOINT: wiring.services.healthcareUrl,
    GCE_METADATA_HOST: wiring.metadataHost,
    METADATA_SERVER_DETECTION: 'assume-present',
  };
}
