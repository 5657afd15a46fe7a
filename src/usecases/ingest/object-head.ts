import { readHeader, type HeaderLimits, type HeaderReading } from '../../domain/dicom/header.ts';

/** The beginning of an object, read as far as it takes to know what the object is. */
export interface ObjectHead {
  readonly reading: Exclude<HeaderReading, { kind: 'more-bytes-needed' }>;
  /** The whole object: the bytes that were read, then the rest as it arrives. Iterated once. */
  readonly body: AsyncIterable<Buffer>;
  /** Closes the object's connection, whether the body has been iterated or not. */
  close(): Promise<void>;
}

/**
 * Reads blocks until the header says what the object is, at most a block beyond `maxHeaderBytes`. The caller has to close it.
 */
export async function readObjectHead(
  source: AsyncIterable<Buffer>,
  limits: HeaderLimits,
): Promise<ObjectHead> {
  const blocks = source[Symbol.asyncIterator]();
  const close = async (): Promise<void> => {
    await blocks.return?.();
  };
  const head: Buffer[] = [];
  let size = 0;
  let wanted = 0;
  for (;;) {
    const next = await blocks.next();
    const isComplete = next.done === true;
    if (!isComplete) {
      head.push(next.value);
      size += next.value.length;
      if (size < wanted) continue;
    }
    const prefix = head.length === 1 ? (head[0] ?? Buffer.alloc(0)) : Buffer.concat(head, size);
    head.splice(0, head.length, prefix);
    const reading = readHeader(prefix, isComplete, limits);
    if (reading.kind !== 'more-bytes-needed') {
      return { reading, body: replay(prefix, blocks), close };
    }
    // Doubling bounds the work of reading from the beginning again and again.
    wanted = Math.max(reading.atLeastBytes, Math.min(size * 2, limits.maxHeaderBytes));
  }
}

async function* replay(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
