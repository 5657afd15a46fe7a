import type { Bucket } from '@google-cloud/storage';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fingerprintOf, type Fingerprint } from '../../src/stack/drop/fingerprint.ts';
import { FileChangedError, makeUpload } from '../../src/stack/drop/upload-file.ts';
import { makeStorageClient } from '../../src/stack/provision/provision-storage.ts';
import { startStorage, type StorageStandIn } from '../../src/storage/storage.ts';

const MEBIBYTE = 1024 * 1024;
const never = new AbortController().signal;

let root: string;
let path: string;
let storage: StorageStandIn;
let inbox: Bucket;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'upload-'));
  path = join(root, 'a.dcm');
  storage = await startStorage({ port: 0, dataDir: join(root, 'storage'), publish: () => Promise.resolve() });
  [inbox] = await makeStorageClient(storage.url).createBucket('inbox');
});

afterEach(async () => {
  await storage.close();
  rmSync(root, { recursive: true, force: true });
});

async function fingerprint(): Promise<Fingerprint> {
  const found = await fingerprintOf(path);
  if (found === undefined) throw new Error('There is no file.');
  return found;
}

const objects = async (): Promise<string[]> => (await inbox.getFiles())[0].map(({ name }) => name);

describe('the upload of a file', () => {
  it.each([
    ['an empty one', 0],
    ['a small one, in one request', 3 * MEBIBYTE],
    ['a large one, resumable', 9 * MEBIBYTE],
  ])('carries every byte of %s', async (_what, sizeBytes) => {
    const content = Buffer.alloc(sizeBytes, 'pixels');
    writeFileSync(path, content);
    await makeUpload(inbox)(path, 'folder/ä #1.dcm', await fingerprint(), never);
    const media = `${storage.url}/storage/v1/b/inbox/o/${encodeURIComponent('folder/ä #1.dcm')}?alt=media`;
    const stored = Buffer.from(await (await fetch(media)).arrayBuffer());
    expect(stored.equals(content)).toBe(true);
  });

  it.each([
    ['a small one', 10],
    ['a large one', 9 * MEBIBYTE],
  ])('makes no object of a file that has changed since it was looked at: %s', async (_what, sizeBytes) => {
    writeFileSync(path, Buffer.alloc(sizeBytes));
    const before = await fingerprint();
    appendFileSync(path, 'more');
    const upload = makeUpload(inbox)(path, 'a.dcm', before, never);
    await expect(upload).rejects.toThrow(FileChangedError);
    expect(await objects()).toEqual([]);
  });

  it('makes no object of a file that has become shorter', async () => {
    writeFileSync(path, 'long content');
    const before = await fingerprint();
    writeFileSync(path, 'short');
    await expect(makeUpload(inbox)(path, 'a.dcm', before, never)).rejects.toThrow(FileChangedError);
    expect(await objects()).toEqual([]);
  });

  it('makes no object when it is given up', async () => {
    writeFileSync(path, Buffer.alloc(MEBIBYTE));
    const upload = makeUpload(inbox)(path, 'a.dcm', await fingerprint(), AbortSignal.abort());
    await expect(upload).rejects.toThrow('abort');
    expect(await objects()).toEqual([]);
  });
});
