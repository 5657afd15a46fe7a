import type { File } from '@google-cloud/storage';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import type { Assumption } from '../assumption.ts';
import type { VerifyWorld } from '../verify-world.ts';

/** In the order of their bytes in UTF-8, which is neither an alphabet's nor that of UTF-16. */
const NAMES = ['B', 'a', 'a/b', 'a0', 'é', '\uff61', '\u{10000}'];

/** What is assumed of Cloud Storage. */
export const BUCKET_ROWS: readonly Assumption[] = [
  {
    id: 'create-over-existing',
    claim: 'Creating with ifGenerationMatch=0 over an object that is there is answered 412.',
    switchName: null,
    async check(world) {
      const file = world.bucket.file(`${world.prefix}created`);
      await save(file, 'first');
      const status = await save(file, 'second', 0).then(
        () => 200,
        (error: unknown) => (error as { code?: unknown }).code,
      );
      return { holds: status === 412, observed: String(status) };
    },
  },
  {
    id: 'download-hash',
    claim: 'Downloads carry x-goog-hash with the CRC32C of the stored bytes, also of gzip-encoded objects.',
    switchName: null,
    async check(world) {
      const plain = await hashIsRight(world, 'plain', Buffer.from('plain'));
      const encoded = await hashIsRight(world, 'encoded', gzipSync('encoded'), 'gzip');
      return {
        holds: plain.isRight && encoded.isRight,
        observed: `plain: ${plain.header}; gzip: ${encoded.header}`,
      };
    },
  },
  {
    id: 'byte-order',
    claim:
      'Objects are listed in the order of their names in UTF-8, and startOffset names the first of them.',
    switchName: null,
    async check({ bucket, prefix }) {
      for (const name of NAMES.toReversed()) await save(bucket.file(`${prefix}order/${name}`), name);
      const list = async (startOffset?: string): Promise<string> => {
        const query = { prefix: `${prefix}order/`, ...(startOffset === undefined ? {} : { startOffset }) };
        const [files] = await bucket.getFiles(query);
        return files.map(({ name }) => name.slice(prefix.length + 'order/'.length)).join(' ');
      };
      const [all, rest] = [await list(), await list(`${prefix}order/a0`)];
      const holds = all === NAMES.join(' ') && rest === NAMES.slice(3).join(' ');
      return { holds, observed: `${all}; from a0: ${rest}` };
    },
  },
];

async function hashIsRight(
  { bucket, prefix }: VerifyWorld,
  name: string,
  bytes: Buffer,
  contentEncoding?: string,
): Promise<{ isRight: boolean; header: string }> {
  const file = bucket.file(`${prefix}${name}`);
  await save(file, bytes, undefined, contentEncoding);
  const [{ crc32c = '' }] = await file.getMetadata();
  // Undecoded, as the worker reads it.
  const stream = file.createReadStream({ validation: false, decompress: false });
  const responded = once(stream, 'response') as Promise<[{ headers: Record<string, unknown> | Headers }]>;
  stream.resume();
  const [{ headers }] = await responded;
  const value = headers instanceof Headers ? headers.get('x-goog-hash') : headers['x-goog-hash'];
  const header = Array.isArray(value) ? value.join(',') : typeof value === 'string' ? value : 'none';
  return { isRight: header.includes(`crc32c=${crc32c}`), header };
}

async function save(
  file: File,
  bytes: Buffer | string,
  ifGenerationMatch?: number,
  contentEncoding?: string,
): Promise<void> {
  await file.save(bytes, {
    resumable: false,
    validation: false,
    ...(ifGenerationMatch === undefined ? {} : { preconditionOpts: { ifGenerationMatch } }),
    ...(contentEncoding === undefined ? {} : { metadata: { contentEncoding } }),
  });
}
