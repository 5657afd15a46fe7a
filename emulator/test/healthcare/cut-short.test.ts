import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { makeDicom, uid } from '../../../test/support/synthetic-dicom.ts';
import {
  AUTHORIZATION,
  MULTIPART,
  startFixture,
  store,
  STORE_PATH,
  toMultipart,
  type Fixture,
} from './fixture.ts';

const FILE = makeDicom({ pixelBytes: 1_048_576 });
const TWO_FILES = toMultipart([makeDicom({ instance: uid('first') }), FILE]);
const CHUNKED = 'transfer-encoding: chunked';

/** The head and the beginning of a store request, after which the connection is closed. */
async function sendAndBreak(fixture: Fixture, headers: readonly string[], beginning: Buffer): Promise<void> {
  const socket = connect(Number(new URL(fixture.url).port), '127.0.0.1');
  await once(socket, 'connect');
  const lines = [`POST ${STORE_PATH}/dicomWeb/studies HTTP/1.1`, 'host: x', ...headers];
  socket.write(`${lines.join('\r\n')}\r\nauthorization: ${AUTHORIZATION.authorization}\r\n\r\n`);
  socket.write(beginning);
  // Not before the stand-in has begun to receive it.
  while ((await fixture.spooled()).length === 0) await setTimeout(1);
  socket.destroy();
  while ((await fixture.spooled()).length > 0) await setTimeout(1);
}

function chunk(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

describe('a store request that is cut short', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await startFixture();
  });
  afterEach(() => fixture.close());

  const multipart = `content-type: ${MULTIPART['content-type']}`;
  it.each([
    [
      'a single part of known length',
      ['content-type: application/dicom', `content-length: ${FILE.length}`],
      FILE.subarray(0, -1),
    ],
    ['a single part in chunks', ['content-type: application/dicom', CHUNKED], chunk(FILE)],
    [
      'a multipart body, within its second instance',
      [multipart, `content-length: ${TWO_FILES.length}`],
      TWO_FILES.subarray(0, -500_000),
    ],
    ['a multipart body, before the end of the chunks', [multipart, CHUNKED], chunk(TWO_FILES)],
  ])('stores nothing of %s', async (_, headers, beginning) => {
    await sendAndBreak(fixture, headers, beginning);
    expect((await fixture.send('GET', '/instances')).status).toBe(204);
    expect((await store(fixture, FILE)).status).toBe(200);
  });
});
