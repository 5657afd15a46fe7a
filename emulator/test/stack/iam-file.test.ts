import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../src/stack/screen/command-line.ts';
import { readIamFile } from '../../src/stack/screen/iam-file.ts';

let root: string;
let path: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'iam-'));
  path = join(root, 'rights.json');
});
afterEach(() => rmSync(root, { recursive: true }));

function read(content: unknown): ReturnType<typeof readIamFile> {
  writeFileSync(path, JSON.stringify(content));
  return readIamFile(path);
}

const BINDING = {
  member: 'serviceAccount:ingest@local.iam.gserviceaccount.com',
  resource: 'projects/_/buckets/inbox',
  permissions: ['storage.objects.get'],
};

describe('the file of rights', () => {
  it('has bindings, of which some are for a part of a bucket', () => {
    const policy = { bindings: [BINDING, { ...BINDING, objectPrefix: 'site-a/' }] };
    expect(read(policy)).toEqual(policy);
  });

  it.each([
    ['no object', [], 'it has to be an object'],
    ['no bindings', {}, 'it needs bindings, a list'],
    ['an unknown field', { bindings: [], version: 1 }, 'it has an unknown field "version"'],
    ['a binding that is none', { bindings: ['x'] }, 'binding 1 is not an object'],
    ['an unknown field of a binding', { bindings: [{ ...BINDING, role: 'x' }] }, 'unknown field "role"'],
    [
      'a member of another kind',
      { bindings: [{ ...BINDING, member: 'user:a@b' }] },
      'binding 1 needs a member',
    ],
    ['a bucket without its place', { bindings: [{ ...BINDING, resource: 'inbox' }] }, 'needs a resource'],
    [
      'a prefix of what has no objects',
      { bindings: [{ ...BINDING, resource: 'projects/local/topics/t', objectPrefix: 'a' }] },
      'has an objectPrefix',
    ],
    ['no permission', { bindings: [{ ...BINDING, permissions: [] }] }, 'needs permissions'],
    [
      'a permission with a slip of the pen',
      { bindings: [BINDING, { ...BINDING, permissions: ['storage.object.get'] }] },
      'binding 2 has a permission that nothing asks for: storage.object.get',
    ],
  ])('is refused for %s', (_, content, reason) => {
    expect(() => read(content)).toThrow(UsageError);
    expect(() => read(content)).toThrow(reason);
  });

  it('is refused when it is not there', () => {
    expect(() => readIamFile(join(root, 'none.json'))).toThrow(/--iam .* is not right/);
  });
});
