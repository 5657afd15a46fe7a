import { createCipheriv } from 'node:crypto';

/** The bytes in blocks of at most `size` bytes. */
export function cutEvery(bytes: Buffer, size: number): Buffer[] {
  const blocks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) blocks.push(bytes.subarray(at, at + size));
  return blocks;
}

/** The bytes cut at these offsets, in any order; offsets beyond the end and repeated ones make empty blocks. */
export function cutAt(bytes: Buffer, offsets: readonly number[]): Buffer[] {
  const ends = [...offsets, bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

/** Blocks that arrive one by one, then an error where one is given. */
export async function* arriving(blocks: Iterable<Buffer>, error?: Error): AsyncGenerator<Buffer> {
  for (const block of blocks) {
    await Promise.resolve();
    yield block;
  }
  if (error !== undefined) throw error;
}

/** All bytes of a stream. */
export async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const blocks: Buffer[] = [];
  for await (const block of stream) blocks.push(block);
  return Buffer.concat(blocks);
}

/** What a stream yields until it ends or throws, and what it throws. */
export async function readUntilFailure(
  stream: AsyncIterable<Buffer>,
): Promise<{ readonly bytes: Buffer; readonly error: unknown }> {
  const blocks: Buffer[] = [];
  try {
    for await (const block of stream) blocks.push(block);
  } catch (error) {
    return { bytes: Buffer.concat(blocks), error };
  }
  return { bytes: Buffer.concat(blocks), error: undefined };
}

/** The error that work fails with; fails the test when it does not fail. */
export async function failureOf(work: Promise<unknown> | (() => Promise<unknown>)): Promise<unknown> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    return error;
  }
  throw new Error('This was expected to fail, and did not.');
}

/** Bytes without any pattern, and yet always the same. */
export function noise(sizeBytes: number, seed = 1): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16)).update(
    Buffer.alloc(sizeBytes),
  );
}

/** A promise that is rejected with anything, also with what is no error. */
export function rejectedWith(thrown: unknown): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  reject(thrown);
  return promise;
}
