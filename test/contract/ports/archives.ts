import { afterAll, afterEach, beforeAll, beforeEach, describe } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHealthcare } from '../../../emulator/src/healthcare/healthcare.ts';
import type { HealthcareSwitches } from '../../../emulator/src/healthcare/switches.ts';
import { DEVELOPER_TOKEN, TokenRegistry } from '../../../emulator/src/http/tokens.ts';
import { makeFixedAuthorization } from '../../../src/adapters/authorization.ts';
import { withAuthorization } from '../../../src/adapters/authorized-http.ts';
import { makeDicomwebDeletion } from '../../../src/adapters/dicomweb-deletion.ts';
import { makeDicomwebSearch } from '../../../src/adapters/dicomweb-search.ts';
import type { InstanceUids } from '../../../src/domain/dicom/instance-uids.ts';
import { formatInstancePath } from '../../../src/domain/dicom/instance-uids.ts';
import type { DicomDeletion } from '../../../src/ports/dicom-deletion.ts';
import type { DicomSearch } from '../../../src/ports/dicom-search.ts';
import type { ArchiveSettings } from '../../support/archive/settings.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { closeClients, makeTestHttp } from '../../support/http-client.ts';
import { InMemoryArchive } from '../../support/in-memory-archive.ts';
import { makeDicom } from '../../support/synthetic-dicom.ts';
import { get, store } from '../dicomweb/client.ts';

/** The settings that fake and stand-in share; length and pages are the subject's own. */
type SharedSettings = Omit<ArchiveSettings, 'operationLengthMs' | 'operationsPerPage' | 'maxPage'>;

/** A store that can be searched and deleted from, and told how to behave. Its operations run until they are let end. */
export interface ArchiveSubject {
  readonly deletion: DicomDeletion;
  readonly search: DicomSearch;
  readonly put: (...uids: readonly InstanceUids[]) => Promise<void>;
  readonly has: (uids: InstanceUids) => Promise<boolean>;
  /** For the rest of the test. */
  readonly set: (settings: Partial<SharedSettings>) => Promise<void>;
  /** Lets all operations that run come to their ends. */
  readonly endOperations: () => Promise<void>;
}

/** Runs a suite against the fake, and against the adapters on the stand-in. Each test has a store of its own. */
export function describeArchives(title: string, body: (subject: () => ArchiveSubject) => void): void {
  describe(`${title}: in memory`, () => {
    let subject: ArchiveSubject;
    beforeEach(() => {
      subject = inMemory();
    });
    body(() => subject);
  });
  describe(`${title}: the stand-in`, () => {
    let standIn: HealthcareUnderTest;
    let subject: ArchiveSubject;
    beforeAll(async () => {
      standIn = await HealthcareUnderTest.start();
    });
    beforeEach(async () => {
      subject = await standIn.subject();
    });
    afterEach(closeClients);
    afterAll(() => standIn.stop());
    body(() => subject);
  });
}

const LENGTH_MS = 60_000;

function inMemory(): ArchiveSubject {
  const clock = new FakeClock();
  const archive = new InMemoryArchive(clock, { operationLengthMs: LENGTH_MS });
  return {
    deletion: archive,
    search: archive,
    put: (...uids) => {
      uids.forEach((one) => archive.put(one));
      return Promise.resolve();
    },
    has: (uids) => Promise.resolve(archive.has(uids)),
    set: (settings) => {
      Object.assign(archive.settings, settings);
      return Promise.resolve();
    },
    endOperations: () => {
      clock.advance(LENGTH_MS);
      return Promise.resolve();
    },
  };
}

/** A stand-in with a dataset and a store for each test. */
class HealthcareUnderTest {
  readonly #url: string;
  readonly #stop: () => Promise<void>;
  #stores = 0;

  private constructor(url: string, stop: () => Promise<void>) {
    this.#url = url;
    this.#stop = stop;
  }

  static async start(): Promise<HealthcareUnderTest> {
    const dataDir = await mkdtemp(join(tmpdir(), 'courier-archive-'));
    const standIn = await startHealthcare({ port: 0, dataDir, tokens: new TokenRegistry() });
    return new HealthcareUnderTest(standIn.url, async () => {
      await standIn.close();
      await rm(dataDir, { recursive: true, force: true });
    });
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  async subject(): Promise<ArchiveSubject> {
    this.#stores += 1;
    const parent = 'projects/p/locations/l/datasets';
    const dataset = `${parent}/d${this.#stores}`;
    await this.#send('POST', `/v1/${parent}?datasetId=d${this.#stores}`, {});
    await this.#send('POST', `/v1/${dataset}/dicomStores?dicomStoreId=s`, {});
    await this.#send('DELETE', '/_control/switches');
    await this.#send('PATCH', '/_control/switches', { operationLengthMs: 'held' });
    const headers = { authorization: `Bearer ${DEVELOPER_TOKEN}` };
    const root = `${this.#url}/v1/${dataset}/dicomStores/s/dicomWeb`;
    const http = withAuthorization(makeTestHttp(), makeFixedAuthorization(headers.authorization));
    const target = { kind: 'standIn', dicomWebUrl: root, headers, close: () => Promise.resolve() } as const;
    return {
      deletion: makeDicomwebDeletion({ http, root, operations: { endpoint: this.#url, dataset } }),
      search: makeDicomwebSearch({ http, root }),
      put: async (...uids) => {
        const { status } = await store(target, uids.map(fileOf));
        if (status !== 200) throw new Error(`The files were answered ${status}.`);
      },
      has: async (uids) => (await get(target, `/${formatInstancePath(uids)}`)).status === 200,
      set: (settings) => this.#send('PATCH', '/_control/switches', toSwitches(settings)),
      endOperations: () => this.#send('POST', '/_control/operations/release', {}),
    };
  }

  async #send(method: string, path: string, body?: object): Promise<void> {
    const answer = await fetch(`${this.#url}${path}`, {
      method,
      headers: { authorization: `Bearer ${DEVELOPER_TOKEN}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
  }
}

function fileOf({ studyInstanceUid, seriesInstanceUid, sopInstanceUid }: InstanceUids): Buffer {
  return makeDicom({ study: studyInstanceUid, series: seriesInstanceUid, instance: sopInstanceUid });
}

function toSwitches(settings: Partial<SharedSettings>): Partial<HealthcareSwitches> {
  const { outcome, errorCode, reaction, missingTarget, secondDeletion, ...same } = settings;
  if (reaction === 'unavailable') throw new Error('The stand-in has fault scripts for that.');
  return {
    ...same,
    ...(outcome === undefined ? {} : { operationOutcome: outcome }),
    ...(errorCode === undefined ? {} : { operationErrorCode: errorCode }),
    ...(reaction === undefined ? {} : { deletionAnswer: reaction }),
    ...(missingTarget === undefined ? {} : { missingTargetStatus: missingTarget === 'absent' ? 404 : 200 }),
    ...(secondDeletion === undefined
      ? {}
      : { secondDeletion: secondDeletion === 'refused' ? 409 : 'operation' }),
  };
}
