import { describe, expect, it } from '@jest/globals';
import { hashObjectRef, type ObjectRef } from '../../../../src/domain/object-ref.ts';
import {
  keepObject,
  makeArchiveObject,
  makeDeleteObject,
} from '../../../../src/usecases/ingest/after-store.ts';
import { UnavailableError } from '../../../../src/domain/errors.ts';
import { failureOf } from '../../../support/blocks.ts';
import { makeObjectRef } from '../../../support/factories.ts';
import { InMemoryObjectStorage } from '../../../support/in-memory-object-storage.ts';

const OBJECT = makeObjectRef();
const { signal } = new AbortController();

function withObject(
  object: ObjectRef = OBJECT,
  storage = new InMemoryObjectStorage(),
): InMemoryObjectStorage {
  storage.put(object, { bytes: Buffer.from('x') });
  return storage;
}

describe('an object whose bytes are in the store', () => {
  it('is left where it is', async () => {
    const storage = withObject();
    await keepObject(OBJECT, signal);
    expect(storage.has(OBJECT)).toBe(true);
  });

  it('is deleted, that generation only', async () => {
    const next = { ...OBJECT, generation: '1712345678909999' };
    const storage = withObject(next, withObject());
    await makeDeleteObject(storage)(OBJECT, signal);
    expect([storage.has(OBJECT), storage.has(next)]).toEqual([false, true]);
  });

  it('is moved to the archive under its generation, with its own metadata', async () => {
    const storage = withObject();
    await makeArchiveObject(storage, 'archive')(OBJECT, signal);
    const name = `${OBJECT.generation}/${OBJECT.name}`;
    expect(storage.copies.get(`archive/${name}`)?.target).toEqual({ bucket: 'archive', name });
    expect(storage.has(OBJECT)).toBe(false);
  });

  it('is archived under its hash where its name is too long for its generation to stand before it', async () => {
    const long = { ...OBJECT, name: 'é'.repeat(510) };
    const storage = withObject(long);
    await makeArchiveObject(storage, 'archive')(long, signal);
    expect([...storage.copies.keys()]).toEqual([`archive/${long.generation}/${hashObjectRef(long)}`]);
  });

  it('stays where it is when it cannot be copied', async () => {
    const storage = withObject(OBJECT, new InMemoryObjectStorage({ copy: [new UnavailableError('503')] }));
    await failureOf(makeArchiveObject(storage, 'archive')(OBJECT, signal));
    expect(storage.has(OBJECT)).toBe(true);
  });
});
