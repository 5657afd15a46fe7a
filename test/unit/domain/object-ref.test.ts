import { describe, expect, it } from '@jest/globals';
import { formatObjectRef, hashObjectRef } from '../../../src/domain/object-ref.ts';
import { makeObjectRef } from '../../support/factories.ts';

describe('an object reference', () => {
  it('is written as bucket, name and generation', () => {
    expect(formatObjectRef(makeObjectRef())).toBe('inbox/ward/a.dcm#1712345678901234');
  });

  it('has a hash that never changes between versions, because quarantine and reports are named by it', () => {
    expect(hashObjectRef(makeObjectRef())).toBe('be2cc238e63286f5b6b20a7dcfd7d9cc');
  });

  it.each(['bucket', 'name', 'generation'] as const)('has another hash when its %s differs', (field) => {
    expect(hashObjectRef(makeObjectRef({ [field]: '2' }))).not.toBe(hashObjectRef(makeObjectRef()));
  });

  it('shows nothing of a name that carries a patient', () => {
    expect(hashObjectRef(makeObjectRef({ name: 'DOE^JOHN.dcm' }))).toMatch(/^[0-9a-f]{32}$/);
  });
});
