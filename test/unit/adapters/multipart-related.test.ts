import '../../support/one-realm.ts';
import { describe, expect, it } from '@jest/globals';
import { readSinglePart } from '../../../src/adapters/multipart-related.ts';
import { ConnectionLostError } from '../../../src/domain/errors.ts';
import { arriving, cutEvery, failureOf, noise, readAll, readUntilFailure } from '../../support/blocks.ts';
import { OpenBodies } from '../../support/tracked-body.ts';
import { until } from '../../support/until.ts';

const TYPE = 'multipart/related; type="application/dicom"; boundary=cut';
const MALFORMED = { code: 'malformed-answer' };

const part = (content: Buffer | string, boundary = 'cut'): Buffer =>
  Buffer.concat([
    Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
const end = (boundary = 'cut'): Buffer => Buffer.from(`--${boundary}--\r\n`);
const single = (blocks: Iterable<Buffer>, type = TYPE): AsyncIterable<Buffer> =>
  readSinglePart(arriving(blocks), type);

describe('the single part of an answer', () => {
  it.each([1, 7, 64, 65_536])('comes whole however the answer is cut (every %i bytes)', async (size) => {
    const content = Buffer.concat([noise(3000), Buffer.from('\r\n--cu\r\n--cu\r\n\r\n')]);
    const message = Buffer.concat([part(content), end()]);
    expect((await readAll(single(cutEvery(message, size)))).equals(content)).toBe(true);
  });

  it.each([
    ['quoted', 'multipart/related; boundary="c u/t"; type="application/dicom"', 'c u/t'],
    ['in capitals', 'Multipart/Related;BOUNDARY=cut;type="application/dicom"', 'cut'],
    ['long', `multipart/related; boundary=${'b'.repeat(70)}`, 'b'.repeat(70)],
  ])('is found with a boundary that is %s', async (_name, type, boundary) => {
    const message = Buffer.concat([part('bytes', boundary), end(boundary)]);
    expect((await readAll(single([message], type))).toString()).toBe('bytes');
  });

  it('may have a preamble before it', async () => {
    const message = Buffer.concat([Buffer.from('to be ignored\r\n'), part('bytes'), end()]);
    expect((await readAll(single([message]))).toString()).toBe('bytes');
  });

  it('may be empty', async () => {
    expect(await readAll(single([Buffer.concat([part(''), end()])]))).toHaveLength(0);
  });

  it.each([
    ['in its middle', part(noise(500)).subarray(0, 300)],
    ['before the last boundary', part(noise(500))],
    ['inside the last boundary', Buffer.concat([part('bytes'), end().subarray(0, 4)])],
    ['before anything came', Buffer.alloc(0)],
    ['in its headers', part('bytes').subarray(0, 20)],
  ])('is not whole when the answer ends %s', async (_name, message) => {
    await expect(failureOf(readAll(single(cutEvery(message, 100))))).resolves.toMatchObject(MALFORMED);
  });

  it.each([
    ['no part', [end()]],
    ['two parts', [part('one'), part('two'), end()]],
    ['no such boundary', [Buffer.from('<html>not found</html>')]],
  ])('is not what an answer with %s has', async (_name, blocks) => {
    await expect(failureOf(readAll(single(blocks)))).resolves.toMatchObject(MALFORMED);
  });

  it('cannot be found without a boundary', async () => {
    const work = readAll(single([part('bytes'), end()], 'multipart/related; type="application/dicom"'));
    await expect(failureOf(work)).resolves.toMatchObject(MALFORMED);
  });

  it('fails with the very error of the connection', async () => {
    const lost = new ConnectionLostError('retrieve instance: ECONNRESET');
    const body = arriving([part(noise(500)).subarray(0, 300)], lost);
    const { error } = await readUntilFailure(readSinglePart(body, TYPE));
    expect(error).toBe(lost);
  });

  it('fails with the very error of a connection that is lost before any part', async () => {
    const lost = new ConnectionLostError('retrieve instance: ECONNRESET');
    expect(await failureOf(readAll(readSinglePart(arriving([], lost), TYPE)))).toBe(lost);
  });
});

describe('the connection of a multipart answer', () => {
  const message = Buffer.concat([part(noise(1_000_000)), end()]);
  const tracked = (bodies: OpenBodies): AsyncIterable<Buffer> =>
    bodies.track(arriving(cutEvery(message, 1000)));

  it('is closed when the part has been read', async () => {
    const bodies = new OpenBodies();
    await readAll(readSinglePart(tracked(bodies), TYPE));
    await until(() => bodies.count === 0);
  });

  it('is closed when the reader has seen enough', async () => {
    const bodies = new OpenBodies();
    const part: AsyncIterable<Buffer> = readSinglePart(tracked(bodies), TYPE);
    const blocks = part[Symbol.asyncIterator]();
    await blocks.next();
    await blocks.return?.();
    await until(() => bodies.count === 0);
  });

  it('is closed when the reader goes before it has begun', async () => {
    const bodies = new OpenBodies();
    const part: AsyncIterable<Buffer> = readSinglePart(tracked(bodies), TYPE);
    await part[Symbol.asyncIterator]().return?.();
    expect(bodies.count).toBe(0);
  });

  it('is closed when the content type names no boundary', async () => {
    const bodies = new OpenBodies();
    await failureOf(readAll(readSinglePart(tracked(bodies), 'multipart/related')));
    expect(bodies.count).toBe(0);
  });
});
