import { afterAll, afterEach, beforeAll, describe } from '@jest/globals';
import { makeVersionedGcsDocumentStorage } from '../../../src/adapters/gcs-document-storage.ts';
import type { VersionedDocumentStorage } from '../../../src/ports/document-storage.ts';
import { closeClients, makeTestHttp } from '../../support/http-client.ts';
import { InMemoryDocumentStorage } from '../../support/in-memory-document-storage.ts';
import { StorageUnderTest } from '../storage/stand-in.ts';

/** Makes an empty storage for one test. */
export type MakeStorage = () => Promise<VersionedDocumentStorage>;

/** Runs a suite against the fake, and against the adapter on the stand-in. */
export function describeDocumentStorages(title: string, body: (make: MakeStorage) => void): void {
  describe(`${title}: in memory`, () => {
    body(() => Promise.resolve(new InMemoryDocumentStorage()));
  });
  describe(`${title}: Cloud Storage`, () => {
    let server: StorageUnderTest;
    beforeAll(async () => {
      server = await StorageUnderTest.start();
    });
    afterEach(closeClients);
    afterAll(() => server.stop());
    body(async () => {
      const { name } = await server.bucket();
      return makeVersionedGcsDocumentStorage(makeTestHttp(), server.url, name);
    });
  });
}
