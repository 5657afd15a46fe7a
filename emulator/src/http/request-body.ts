import type { IncomingMessage } from 'node:http';
import { GoogleError } from './google-error.ts';

/**
 * A request body in memory, for bodies that are small by their nature.
 *
 * @throws GoogleError 413 when it is longer than `limitBytes`.
 */
export async function readBody(request: IncomingMessage, limitBytes = 10_000_000): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // The connection outlives a body that is too long: it still has to carry the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes) throw new GoogleError(413, `The body is larger than ${limitBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @throws GoogleError 400 when the body is not JSON. */
export async function readJson(request: IncomingMessage, limitBytes?: number): Promise<unknown> {
  const body = await readBody(request, limitBytes);
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw new GoogleError(400, 'Invalid JSON payload received.', 'parseError');
  }
}
