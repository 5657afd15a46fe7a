import { describe, expect, it } from '@jest/globals';
import { hashObjectRef } from '../../../../src/domain/object-ref.ts';
import { makeQuarantine } from '../../../../src/usecases/ingest/quarantine.ts';
import { failureOf } from '../../../support/blocks.ts';
import { makeInvocation, makeObjectRef } from '../../../support/factories.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { InMemoryObjectStorage } from '../../../support/in-memory-object-storage.ts';

const OBJECT = makeObjectRef({ name: 'DOE^JOHN.dcm' });
const NAME = `not-dicom/${hashObjectRef(OBJECT)}`;

function setUp(): { storage: InMemoryObjectStorage; setAside: (detail: string | null) => Promise<void> } {
  const storage = new InMemoryObjectStorage();
  storage.put(OBJECT, { bytes: Buffer.from('x') });
  const quarantine = makeQuarantine(storage, 'quarantine', new FakeClock());
  return {
    storage,
    setAside: (detail) => quarantine(OBJECT, { reason: 'not-dicom', detail }, makeInvocation()),
  };
}

describe('quarantine', () => {
  it('keeps a copy with the reason and where it comes from', async () => {
    const { storage, setAside } = setUp();
    await setAside('It is a letter.');
    expect(storage.copies.get(`quarantine/${NAME}`)?.target.metadata).toEqual({
      'dicom-courier': 'quarantine',
      'source-bucket': 'inbox',
      'source-name': 'DOE^JOHN.dcm',
      'source-generation': OBJECT.generation,
      reason: 'not-dicom',
      detail: 'It is a letter.',
      function: 'ingest',
      'quarantined-at': '2026-01-02T03:04:05.000Z',
    });
  });

  it('gives a copy a name that says nothing of the patient', async () => {
    const { storage, setAside } = setUp();
    await setAside(null);
    expect([...storage.copies.keys()]).toEqual([`quarantine/${NAME}`]);
  });

  it('makes one copy, however often the object is delivered', async () => {
    const { storage, setAside } = setUp();
    await setAside('first');
    await setAside('second');
    expect(storage.copies.get(`quarantine/${NAME}`)?.target.metadata?.['detail']).toBe('first');
    expect(storage.copies.size).toBe(1);
  });

  it('leaves the original where it is', async () => {
    const { storage, setAside } = setUp();
    await setAside('x');
    expect(storage.has(OBJECT)).toBe(true);
  });

  it('does not let a long detail exceed what metadata may hold', async () => {
    const { storage, setAside } = setUp();
    await setAside('d'.repeat(5000));
    expect(storage.copies.get(`quarantine/${NAME}`)?.target.metadata?.['detail']).toHaveLength(1024);
  });

  it('fails when the generation is gone', async () => {
    const quarantine = makeQuarantine(new InMemoryObjectStorage(), 'quarantine', new FakeClock());
    const work = quarantine(OBJECT, { reason: 'not-dicom', detail: null }, makeInvocation());
    await expect(failureOf(work)).resolves.toMatchObject({ code: 'not-found' });
  });
});
