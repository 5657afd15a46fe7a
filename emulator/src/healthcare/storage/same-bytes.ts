import { open, type FileHandle } from 'node:fs/promises';

const BLOCK_BYTES = 1024 * 1024;

/** Whether two files have the same content, read block by block. */
export async function haveSameBytes(one: string, other: string): Promise<boolean> {
  const first = await open(one);
  try {
    const second = await open(other);
    try {
      return await compare(first, second);
    } finally {
      await second.close();
    }
  } finally {
    await first.close();
  }
}

async function compare(first: FileHandle, second: FileHandle): Promise<boolean> {
  const { size } = await first.stat();
  if (size !== (await second.stat()).size) return false;
  const a = Buffer.alloc(BLOCK_BYTES);
  const b = Buffer.alloc(BLOCK_BYTES);
  for (let position = 0; position < size; position += BLOCK_BYTES) {
    const length = Math.min(BLOCK_BYTES, size - position);
    await first.read(a, 0, length, position);
    await second.read(b, 0, length, position);
    if (a.compare(b, 0, length, 0, length) !== 0) return false;
  }
  return true;
}
