import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readMultipartUpload } from '../../src/storage/multipart-body.ts';

const TYPE = 'multipart/related; boundary="b-1"';

function message(media: Uint8Array, preamble = '', epilogue = ''): Buffer {
  const head = `${preamble}--b-1\r\nContent-Type: application/json\r\n\r\n{"name":"a"}\r\n`;
  const opening = '--b-1\r\nContent-Type: application/dicom\r\n\r\n';
  return Buffer.concat([Buffer.from(head + opening), media, Buffer.from(`\r\n--b-1--${epilogue}`)]);
}

/** The message in pieces that end at the given places. */
async function* pieces(bytes: Buffer, cuts: readonly number[]): AsyncIterable<Buffer> {
  const ends = [...new Set(cuts.map((cut) => cut % bytes.length))].sort((left, right) => left - right);
  let start = 0;
  for (const end of [...ends, bytes.length]) {
    await Promise.resolve();
    if (end > start) yield bytes.subarray(start, end);
    start = end;
  }
}

async function read(
  source: AsyncIterable<Buffer>,
  type = TYPE,
): Promise<{ metadata: unknown; media: Buffer }> {
  const { metadata, media } = await readMultipartUpload(source, type);
  const chunks: Buffer[] = [];
  for await (const chunk of media) chunks.push(Buffer.from(chunk));
  return { metadata, media: Buffer.concat(chunks) };
}

/** Bytes in which line breaks, dashes and beginnings of the boundary are frequent. */
const treacherous = fc
  .array(fc.constantFrom('\r', '\n', '\r\n', '-', '--', '--b', '\r\n--b-', 'b-1', '\0', 'x'))
  .map((parts) => parts.join(''))
  .filter(
    (text) => !`\r\n${text}`.includes('\r\n--b-1') && !`${text}\r\n--b-1`.slice(0, -1).includes('\r\n--b-1'),
  );
const cuts = fc.array(fc.nat(10_000), { maxLength: 12 });

describe('multipart upload body', () => {
  it('gives metadata and media, wherever the pieces end', async () => {
    await fc.assert(
      fc.asyncProperty(treacherous, cuts, async (text, places) => {
        const { metadata, media } = await read(pieces(message(Buffer.from(text)), places));
        expect(metadata).toEqual({ name: 'a' });
        expect(media.toString()).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('passes over what stands before the first and behind the last boundary', async () => {
    const bytes = message(Buffer.from('media'), 'preamble\r\n', '\r\nepilogue');
    for (let cut = 1; cut < bytes.length; cut += 1) {
      expect((await read(pieces(bytes, [cut]))).media.toString()).toBe('media');
    }
  });

  it('refuses every beginning of a message', async () => {
    const bytes = message(Buffer.from('media\r\n--b'));
    for (let end = 0; end < bytes.length; end += 1) {
      await expect(read(pieces(bytes.subarray(0, end), []))).rejects.toThrow('Malformed multipart body');
    }
  });

  it.each([
    ['no boundary', 'multipart/related'],
    ['another kind', 'multipart/form-data; boundary=b-1'],
    ['no type', ''],
  ])('refuses a content type with %s', async (_, type) => {
    await expect(read(pieces(message(Buffer.from('x')), []), type)).rejects.toThrow('content type');
  });

  it('refuses headers and metadata that do not end', async () => {
    const headers = Buffer.from(`--b-1\r\nx: ${'y'.repeat(20_000)}`);
    await expect(read(pieces(headers, [9000, 18_000]))).rejects.toThrow('headers of a part are too large');
    const metadata = Buffer.from(`--b-1\r\n\r\n${'y'.repeat(1_100_000)}\r\n--b-1`);
    await expect(read(pieces(metadata, []))).rejects.toThrow('metadata part is too large');
  });

  it('refuses media in a transfer encoding, which it would otherwise store as it is', async () => {
    const body = '--b-1\r\n\r\n{}\r\n--b-1\r\nContent-Transfer-Encoding: base64\r\n\r\neA==\r\n--b-1--';
    await expect(read(pieces(Buffer.from(body), []))).rejects.toThrow('encoded as base64');
  });
});
