import { expect, it } from '@jest/globals';
import { makeDicom, TRANSFER_SYNTAX, tripleOf, uid } from '../../support/synthetic-dicom.ts';
import {
  digestsOf,
  get,
  partsOf,
  post,
  rowOf,
  sopInstanceUidsIn,
  store,
  STORED_BYTES,
  valueOf,
  type Row,
} from './client.ts';
import { describeTargets } from './targets.ts';

describeTargets('DICOMweb store', (target) => {
  it('lists a stored instance in ReferencedSOPSequence', async () => {
    const options = { seed: 'one' };
    const answer = await store(target(), [makeDicom(options)]);
    expect(answer.status).toBe(200);
    expect(answer.contentType).toMatch(/^application\/dicom\+json/);
    expect(sopInstanceUidsIn(answer, '00081199')).toEqual([tripleOf(options).instance]);
    expect(sopInstanceUidsIn(answer, '00081198')).toEqual([]);
  });

  it('stores all instances of one request', async () => {
    const options = [1, 2, 3].map((number) => ({ seed: 'several', instance: uid('several', number) }));
    const answer = await store(target(), options.map(makeDicom));
    expect(answer.status).toBe(200);
    expect(sopInstanceUidsIn(answer, '00081199')).toEqual(options.map(({ instance }) => instance));
  });

  it('answers the URL of the instance, where its bytes are', async () => {
    const file = makeDicom({ seed: 'url' });
    const stored = rowOf(await store(target(), [file]))['00081199']?.Value?.[0] as Row;
    const retrieved = await get(target(), String(valueOf(stored, '00081190')), STORED_BYTES);
    expect(partsOf(retrieved)).toEqual([file]);
  });

  it('answers an identical duplicate as stored', async () => {
    const file = makeDicom({ seed: 'twice' });
    await store(target(), [file]);
    const again = await store(target(), [file]);
    expect(again.status).toBe(200);
    expect(sopInstanceUidsIn(again, '00081199')).toEqual([tripleOf({ seed: 'twice' }).instance]);
  });

  it('never replaces stored bytes by others of the same identity', async () => {
    const first = makeDicom({ seed: 'kept', patientName: 'First' });
    const { study, series, instance } = tripleOf({ seed: 'kept' });
    await store(target(), [first]);
    await store(target(), [makeDicom({ seed: 'kept', patientName: 'Second' })]);
    const path = `/studies/${study}/series/${series}/instances/${instance}`;
    expect(partsOf(await get(target(), path, STORED_BYTES))).toEqual([first]);
  });

  it('keeps one SOP Instance UID in two series as two instances', async () => {
    const options = { seed: 'shared', instance: uid('shared') };
    const files = [1, 2].map((number) => makeDicom({ ...options, series: uid('shared', number) }));
    expect((await store(target(), files)).status).toBe(200);
    const { study } = tripleOf(options);
    const retrieved = partsOf(await get(target(), `/studies/${study}`, STORED_BYTES));
    expect(digestsOf(retrieved)).toEqual(digestsOf(files));
  });

  it('takes the identity of an instance from its data set, not from its file meta information', async () => {
    const options = { seed: 'meta', metaInstance: uid('another') };
    const answer = await store(target(), [makeDicom(options)]);
    expect(sopInstanceUidsIn(answer, '00081199')).toEqual([tripleOf(options).instance]);
  });

  it.each(Object.entries(TRANSFER_SYNTAX))('stores %s as it is', async (name, transferSyntax) => {
    const file = makeDicom({ seed: name, transferSyntax, pixelBytes: 4096 });
    expect((await store(target(), [file])).status).toBe(200);
    const { study } = tripleOf({ seed: name });
    expect(partsOf(await get(target(), `/studies/${study}`, STORED_BYTES))).toEqual([file]);
  });

  it('fails an instance of another study than the one in the path', async () => {
    const answer = await store(target(), [makeDicom({ seed: 'stray' })], uid('elsewhere'));
    expect(answer.status).toBe(409);
    expect(sopInstanceUidsIn(answer, '00081198')).toEqual([tripleOf({ seed: 'stray' }).instance]);
    const found = await get(target(), `/studies/${tripleOf({ seed: 'stray' }).study}`, STORED_BYTES);
    expect(found.status).toBe(404);
  });

  it('stores an instance of the study in the path', async () => {
    const { study } = tripleOf({ seed: 'at home' });
    expect((await store(target(), [makeDicom({ seed: 'at home' })], study)).status).toBe(200);
  });

  it('fails a request without any DICOM in it', async () => {
    const answer = await store(target(), [Buffer.from('this is no DICOM file, and too short to be one')]);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });

  it('takes a body with a preamble and an epilogue around its parts', async () => {
    const file = makeDicom({ seed: 'wrapped' });
    const body = Buffer.concat([
      Buffer.from('to be ignored\r\n--b\r\nContent-Type: application/dicom\r\n\r\n'),
      file,
      Buffer.from('\r\n--b--\r\nto be ignored too'),
    ]);
    const answer = await post(
      target(),
      '/studies',
      'multipart/related; type="application/dicom"; boundary="b"',
      body,
    );
    expect(answer.status).toBe(200);
    expect(sopInstanceUidsIn(answer, '00081199')).toHaveLength(1);
  });
});
