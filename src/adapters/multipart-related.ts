import { Dicer } from '@fastify/busboy';
import { on } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MalformedAnswerError } from '../domain/errors.ts';

/**
 * The parts of a `multipart/related` answer, each as it arrives; a part has to be read before the next one comes.
 *
 * @throws MalformedAnswerError while iterating, when the boundaries are not right or the last one is missing: a part
 *   that merely stops is not an instance. Errors of the body itself are thrown as they are.
 */
export async function* readParts(body: AsyncIterable<Buffer>, contentType: string): AsyncGenerator<Readable> {
  const parser = new Dicer({ boundary: boundaryOf(contentType) });
  const arrivals = on(parser, 'part', { close: ['finish'] }) as AsyncIterable<[Readable]>;
  let current: Readable | undefined;
  const source = Readable.from(body, { objectMode: false });
  const feeding = pipeline(source, parser).catch((error: unknown) => {
    // The parser leaves a part open that it cannot end.
    current?.destroy(error as Error);
    throw error;
  });
  feeding.catch(() => undefined);
  try {
    for await (const [part] of arrivals) {
      current = part;
      yield part;
    }
    await feeding;
  } catch (error) {
    throw source.errored ?? malformed(error);
  } finally {
    source.destroy();
  }
}

/**
 * The one part of a `multipart/related` answer.
 *
 * @throws as {@link readParts}, and MalformedAnswerError when there is not exactly one part.
 */
export async function* readSinglePart(
  body: AsyncIterable<Buffer>,
  contentType: string,
): AsyncGenerator<Buffer> {
  let count = 0;
  for await (const part of readParts(body, contentType)) {
    count += 1;
    if (count > 1) break;
    yield* part as AsyncIterable<Buffer>;
  }
  if (count !== 1) throw malformed(new Error(`${count === 0 ? 'no' : 'more than one'} part`));
}

function boundaryOf(contentType: string): string {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw malformed(new Error('the content type names no boundary'));
  return boundary;
}

function malformed(cause: unknown): MalformedAnswerError {
  return new MalformedAnswerError('retrieve: the multipart answer is not whole', {
    cause,
    details: { call: 'retrieve instance' },
  });
}
