import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { EventRequest } from '../../src/functions/event.ts';
import { startProxy, type HttpProxy, type PassingRequest } from '../support/http-proxy.ts';
import { LocalProject } from '../support/local-project.ts';
import { makeDicom } from '../support/synthetic-dicom.ts';
import { WiredIngest } from '../support/wired-ingest.ts';

const traceparent = (digit: string): string => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`;
/** The dice of a wired function always show 0.5. */
const passedOn = (digit: string): string => `00-${digit.repeat(32)}-${'80'.repeat(8)}-01`;

let project: LocalProject;
let proxies: HttpProxy[];
let seen: { readonly service: string; readonly request: PassingRequest }[] = [];
let environment: Record<string, string>;

beforeAll(async () => {
  project = await LocalProject.start();
  const watch = async (service: string, target: string): Promise<HttpProxy> =>
    startProxy(target, (request) => {
      seen.push({ service, request });
      return 'pass';
    });
  const {
    STORAGE_EMULATOR_HOST = '',
    HEALTHCARE_ENDPOINT = '',
    GCE_METADATA_HOST = '',
  } = project.environment;
  const [storage, pubsub, healthcare, metadata] = await Promise.all([
    watch('storage', STORAGE_EMULATOR_HOST),
    watch('pubsub', project.pubsubUrl),
    watch('dicomweb', HEALTHCARE_ENDPOINT),
    watch('metadata', `http://${GCE_METADATA_HOST}`),
  ]);
  proxies = [storage, pubsub, healthcare, metadata];
  environment = {
    ...project.environment,
    STORAGE_EMULATOR_HOST: storage.origin,
    PUBSUB_EMULATOR_HOST: new URL(pubsub.origin).host,
    HEALTHCARE_ENDPOINT: healthcare.origin,
    GCE_METADATA_HOST: new URL(metadata.origin).host,
  };
});
beforeEach(() => {
  seen = [];
});
afterAll(async () => {
  await Promise.all(proxies.map((proxy) => proxy.close()));
  await project.close();
});

async function drop(name: string, headers: EventRequest['headers']): Promise<EventRequest> {
  const { push } = await project.drop(`${name}.dcm`, makeDicom({ seed: name }));
  return { ...push, headers };
}

/** The services that were sent each value of the header, `none` for requests without. */
function servicesByTrace(): Record<string, string[]> {
  const services: Record<string, Set<string>> = {};
  for (const { service, request } of seen) {
    (services[String(request.headers['traceparent'] ?? 'none')] ??= new Set()).add(service);
  }
  return Object.fromEntries(Object.entries(services).map(([trace, names]) => [trace, [...names].sort()]));
}

describe('the trace of an event', () => {
  it('is passed on with every request but the one for a token, and stands in every log line', async () => {
    const ingest = new WiredIngest(environment);
    expect(await ingest.deliver(await drop('traced', { traceparent: traceparent('a') }))).toBe(204);
    expect(servicesByTrace()).toEqual({
      none: ['metadata'],
      [passedOn('a')]: ['dicomweb', 'pubsub', 'storage'],
    });
    expect(ingest.log.length).toBeGreaterThan(0);
    for (const line of ingest.log) expect(line).toContain(`projects/local/traces/${'a'.repeat(32)}`);
  });

  it('is not mixed up with those of other deliveries in flight', async () => {
    const ingest = new WiredIngest(environment);
    const digits = ['1', '2', '3', '4', '5'];
    const requests = await Promise.all(
      digits.map((digit) => drop(`together-${digit}`, { traceparent: traceparent(digit) })),
    );
    await Promise.all(requests.map((request) => ingest.deliver(request)));
    const reads = seen.flatMap(({ request: { url, headers } }) => {
      const [, digit] = /together-(\d)\.dcm/.exec(decodeURIComponent(url)) ?? [];
      return digit === undefined ? [] : [{ digit, header: headers['traceparent'] }];
    });
    expect(new Set(reads.map(({ digit }) => digit))).toEqual(new Set(digits));
    for (const { digit, header } of reads) expect(header).toBe(passedOn(digit));
    const stores = seen.filter(({ service, request }) => service === 'dicomweb' && request.method === 'POST');
    expect(new Set(stores.map(({ request }) => request.headers['traceparent']))).toEqual(
      new Set(digits.map(passedOn)),
    );
  });

  it('is not made up where the event has none', async () => {
    const ingest = new WiredIngest(environment);
    expect(await ingest.deliver(await drop('untraced', {}))).toBe(204);
    expect(Object.keys(servicesByTrace())).toEqual(['none']);
  });

  it('is passed on to a DICOMweb server that is not of Google too', async () => {
    const { HEALTHCARE_ENDPOINT = '', DICOM_STORE = '' } = environment;
    const ingest = new WiredIngest({
      ...environment,
      DICOM_STORE: `${HEALTHCARE_ENDPOINT}/v1/${DICOM_STORE}/dicomWeb`,
      DICOM_STORE_AUTHORIZATION: 'Bearer local',
    });
    expect(await ingest.deliver(await drop('elsewhere', { traceparent: traceparent('b') }))).toBe(204);
    expect(servicesByTrace()[passedOn('b')]).toContain('dicomweb');
  });
});
