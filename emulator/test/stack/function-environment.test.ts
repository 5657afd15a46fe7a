import { describe, expect, it } from '@jest/globals';
import { RUNTIME_ENVIRONMENT } from '../../src/stack/functions/runtime-environment.ts';
import { functionEnvironment, localEnvironment } from '../../src/stack/functions/function-environment.ts';
import { FUNCTIONS, type FunctionSpec } from '../../src/stack/topology.ts';

function specOf(name: string): FunctionSpec {
  const spec = FUNCTIONS.find((candidate) => candidate.name === name);
  if (spec === undefined) throw new Error(`There is no function ${name}.`);
  return spec;
}

const environmentOf = (spec: FunctionSpec, inherited: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  functionEnvironment(spec, {
    inherited,
    port: 8081,
    services: {
      storageUrl: 'http://127.0.0.1:4443',
      pubsubHost: '127.0.0.1:8085',
      healthcareUrl: 'http://127.0.0.1:8090',
    },
    metadataHost: '127.0.0.1:9000',
  });

const inIngest = (inherited: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  environmentOf(specOf('ingest'), inherited);

describe("a function's environment", () => {
  it('names every service and every resource', () => {
    expect(inIngest({})).toMatchObject({
      FUNCTION_TARGET: 'ingest',
      HOST: '127.0.0.1',
      PORT: '8081',
      PROJECT_ID: 'local',
      DICOM_STORE: 'projects/local/locations/local/datasets/imaging/dicomStores/main',
      INBOX_BUCKET: 'inbox',
      QUARANTINE_BUCKET: 'quarantine',
      STATE_BUCKET: 'state',
      RESULTS_TOPIC: 'dicom-results',
      STORAGE_EMULATOR_HOST: 'http://127.0.0.1:4443',
      PUBSUB_EMULATOR_HOST: '127.0.0.1:8085',
      HEALTHCARE_ENDPOINT: 'http://127.0.0.1:8090',
      GCE_METADATA_HOST: '127.0.0.1:9000',
      METADATA_SERVER_DETECTION: 'assume-present',
    });
  });

  it.each([
    'GOOGLE_APPLICATION_CREDENTIALS',
    'GCE_METADATA_IP',
    'GCLOUD_PROJECT',
    'CLOUDSDK_CORE_ACCOUNT',
    'PUBSUB_PROJECT_ID',
    'npm_config_user_agent',
  ])('does not pass on %s', (name) => {
    expect(inIngest({ [name]: 'x' })).not.toHaveProperty(name);
  });

  it('passes on how long an invocation may take, and not which function is meant', () => {
    const environment = inIngest({ FUNCTION_TIMEOUT: '30s', FUNCTION_SIGNATURE_TYPE: 'event' });
    expect(environment).toHaveProperty('FUNCTION_TIMEOUT', '30s');
    expect(environment).not.toHaveProperty('FUNCTION_SIGNATURE_TYPE');
  });

  it('runs the function with the options of a deployment, not with those of the shell', () => {
    expect(inIngest({ NODE_OPTIONS: '--inspect' })).toMatchObject(RUNTIME_ENVIRONMENT);
  });

  it('passes on what configures the worker', () => {
    expect(inIngest({ AFTER_STORE: 'delete', PATH: '/bin' })).toMatchObject({
      AFTER_STORE: 'delete',
      PATH: '/bin',
    });
  });
});

describe("the delete function's environment", () => {
  it('waits less than a deployment does, unless the shell says otherwise', () => {
    expect(environmentOf(specOf('delete'), {})).toMatchObject({ DELETE_DELAY: '1s', SEARCH_LAG: '5s' });
    expect(environmentOf(specOf('delete'), { DELETE_DELAY: '0s' })).toMatchObject({ DELETE_DELAY: '0s' });
  });

  it('names resources that the shell cannot change', () => {
    expect(environmentOf(specOf('delete'), { RECORDS_BUCKET: 'elsewhere' })).toMatchObject({
      RECORDS_BUCKET: 'records',
    });
  });
});

describe('the environment of the stack', () => {
  it('overrides what leads to the real Google Cloud', () => {
    const environment = localEnvironment({
      STORAGE_EMULATOR_HOST: 'http://elsewhere:1',
      GOOGLE_CLOUD_PROJECT: 'production',
    });
    expect(environment['STORAGE_EMULATOR_HOST']).toBeUndefined();
    expect(environment).toMatchObject({ GOOGLE_CLOUD_PROJECT: 'local', METADATA_SERVER_DETECTION: 'none' });
  });

  it('hides the credentials of the developer', () => {
    expect(localEnvironment({ CLOUDSDK_CONFIG: '/home/me/.config/gcloud' })).toMatchObject({
      CLOUDSDK_CONFIG: '/nonexistent/gcloud',
    });
  });

  it('keeps a proxy away from loopback', () => {
    const environment = localEnvironment({ HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'example.org' });
    expect(environment['NO_PROXY']).toBe('example.org,127.0.0.1,localhost');
  });
});
