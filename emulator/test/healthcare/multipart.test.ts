import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { MultipartError, readParts } from '../../src/healthcare/dicomweb/multipart.ts';

const BOUNDARY = 'b0undary';

function encode(parts: readonly Buffer[], epilogue = ''): Buffer {
  const encoded = parts.flatMap((part) => [
    Buffer.from(`--${BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n`),
    part,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...encoded, Buffer.from(`--${BOUNDARY}--${epilogue}`)]);
}

function cut(body: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % (body.length + 1)).sort((a, b) => a - b), body.length];
  return sorted
    .slice(1)
    .map((end, index) => body.subarray(sorted[index], end))
    .filter(({ length }) => length > 0);
}

async function readAll(chunks: readonly Buffer[]): Promise<Buffer[]> {
  const parts: Promise<Buffer>[] = [];
  await readParts(Readable.from(chunks, { objectMode: false }), BOUNDARY, async (content) => {
    const part = buffer(content);
    parts.push(part);
    await part;
  });
  return Promise.all(parts);
}

/** Bytes that look like the delimiter, and bytes that do not. */
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom('\r\n', '--', `\r\n--${BOUNDARY.slice(0, 5)}`, `--${BOUNDARY}`, '\r\n\r\n', '-')
    .map((text) => Buffer.from(text)),
);
const part = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => Buffer.concat(pieces));

describe('the parts of a multipart body', () => {
  it('are the same however they look and wherever the body is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.constantFrom('', '\r\n', '\r\nepilogue'),
        async (parts, places, epilogue) => {
          fc.pre(
            parts.every(
              (bytes) => !Buffer.concat([Buffer.from('\r\n'), bytes]).includes(`\r\n--${BOUNDARY}`),
            ),
          );
          expect(await readAll(cut(encode(parts, epilogue), places))).toEqual(parts);
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    ['between its closing dashes', -1],
    ['within the closing boundary', -5],
    ['before the closing boundary', -(BOUNDARY.length + 6)],
  ])('are refused when the body ends %s', async (_, end) => {
    const body = encode([Buffer.from('one'), Buffer.from('two')]);
    await expect(readAll([body.subarray(0, end)])).rejects.toBeInstanceOf(MultipartError);
  });

  it('are all there when the last chunk closes the body while a slow receiver holds it up', async () => {
    const large = Buffer.alloc(1_000_000, 'pixels');
    const received: Buffer[] = [];
    await readParts(
      Readable.from([encode([large], '\r\n'), Buffer.from('epilogue')]),
      BOUNDARY,
      async (content) => {
        for await (const chunk of content as AsyncIterable<Buffer>) {
          received.push(chunk);
          await setImmediate();
        }
      },
    );
    expect(Buffer.concat(received).equals(large)).toBe(true);
  });

  it('fail with the error of a receiver that gives up, and the body can still be read', async () => {
    const body = Readable.from([encode([Buffer.alloc(500_000)]).subarray(0, 400_000), Buffer.from('rest')]);
    const failing = readParts(body, BOUNDARY, (content) => {
      content.destroy();
      return Promise.reject(new Error('disk full'));
    });
    await expect(failing).rejects.toThrow('disk full');
    expect(body.destroyed).toBe(false);
  });

  it('are received a few at a time when they are many and small', async () => {
    const parts = Array.from({ length: 500 }, (_, number) => Buffer.from(`part ${number}`));
    let atOnce = 0;
    let most = 0;
    await readParts(
      Readable.from(
        cut(
          encode(parts),
          parts.map((_, index) => index * 60),
        ),
      ),
      BOUNDARY,
      async (content) => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await buffer(content);
        await setImmediate();
        atOnce -= 1;
      },
    );
    expect(most).toBeLessThan(32);
  });
});
