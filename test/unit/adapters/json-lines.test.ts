import { describe, expect, it } from '@jest/globals';
import { formatJsonLines, LONGEST_LINE_BYTES, parseJsonLines } from '../../../src/adapters/json-lines.ts';
import { arriving, cutEvery, failureOf, readAll } from '../../support/blocks.ts';

const VALUES = [{ uid: '1.2.3' }, 'Müller 𝄞', null, 7, [true]];
const TEXT = Buffer.from(VALUES.map((value) => `${JSON.stringify(value)}\n`).join(''));

async function* each(values: Iterable<unknown>): AsyncGenerator {
  for (const value of values) {
    await Promise.resolve();
    yield value;
  }
}

async function collect(lines: AsyncIterable<unknown>): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of lines) values.push(value);
  return values;
}

const parse = (bytes: Buffer, size = bytes.length): Promise<unknown[]> =>
  collect(parseJsonLines(arriving(cutEvery(bytes, size)), 'read lines'));

describe('writing JSON lines', () => {
  it('writes each value on a line of its own', async () => {
    expect((await readAll(formatJsonLines(each(VALUES), 'create lines'))).equals(TEXT)).toBe(true);
  });

  it('writes nothing for no lines', async () => {
    expect(await collect(formatJsonLines(each([]), 'create lines'))).toEqual([]);
  });

  it('gathers short lines to blocks of some 64 KiB', async () => {
    const lines = Array.from({ length: 2000 }, () => 'x'.repeat(97));
    const sizes = (await collect(formatJsonLines(each(lines), 'create lines'))).map(
      (block) => (block as Buffer).length,
    );
    expect(sizes).toEqual([65_600, 65_600, 65_600, 3200]);
  });

  it('fails with the very error of the lines, and after it writes nothing', async () => {
    const error = new Error('the search failed');
    async function* failing(): AsyncGenerator {
      yield* each(VALUES);
      throw error;
    }
    const blocks: unknown[] = [];
    const work = async (): Promise<void> => {
      for await (const block of formatJsonLines(failing(), 'create lines')) blocks.push(block);
    };
    await expect(failureOf(work)).resolves.toBe(error);
    expect(blocks).toEqual([]);
  });

  it.each([
    [LONGEST_LINE_BYTES, undefined],
    [LONGEST_LINE_BYTES + 1, 'request-refused'],
  ])('writes no line that could not be read again, of %i bytes', async (length, code) => {
    const lines = each(['x'.repeat(length - 2)]);
    const work = readAll(formatJsonLines(lines, 'create lines'));
    const outcome = await work.then(
      () => undefined,
      (error: unknown) => (error as { code: string }).code,
    );
    expect(outcome).toBe(code);
  });
});

describe('reading JSON lines', () => {
  it.each([1, 2, 3, 7, 1000])('reads them in blocks of %i bytes, characters cut or not', async (size) => {
    await expect(parse(TEXT, size)).resolves.toEqual(VALUES);
  });

  it('reads a last line without an end', async () => {
    await expect(parse(TEXT.subarray(0, -1))).resolves.toEqual(VALUES);
  });

  it('reads nothing where there is nothing', async () => {
    await expect(parse(Buffer.alloc(0))).resolves.toEqual([]);
  });

  it.each(['{"a":1}\n\n{"a":2}\n', '{"a":1}{"a":2}\n', '{"a":1}\n{"a":', '<html>\n'])(
    'does not take %j for lines of JSON',
    async (text) => {
      await expect(failureOf(parse(Buffer.from(text)))).resolves.toMatchObject({
        code: 'malformed-answer',
        details: { call: 'read lines' },
      });
    },
  );

  it.each(['\n', ''])('reads the longest line, its end being %j', async (end) => {
    const text = 'x'.repeat(LONGEST_LINE_BYTES - 2);
    await expect(parse(Buffer.from(`"${text}"${end}`), 100_000)).resolves.toEqual([text]);
  });

  it('gives up a line that is too long before it has arrived', async () => {
    const blockBytes = 1024 * 1024;
    let taken = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) {
        await Promise.resolve();
        taken += 1;
        yield Buffer.alloc(blockBytes, 'x');
      }
    }
    await expect(failureOf(collect(parseJsonLines(endless(), 'read lines')))).resolves.toMatchObject({
      code: 'malformed-answer',
    });
    expect(taken).toBe(LONGEST_LINE_BYTES / blockBytes + 1);
  });

  it('closes its source when nobody wants more', async () => {
    let isClosed = false;
    async function* source(): AsyncGenerator<Buffer> {
      try {
        yield* arriving(cutEvery(TEXT, 3));
      } finally {
        isClosed = true;
      }
    }
    const seen: unknown[] = [];
    for await (const value of parseJsonLines(source(), 'read lines')) {
      seen.push(value);
      break;
    }
    expect({ seen, isClosed }).toEqual({ seen: [VALUES[0]], isClosed: true });
  });
});
