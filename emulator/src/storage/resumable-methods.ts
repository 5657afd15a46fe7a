import { GoogleError } from '../http/google-error.ts';
import { readJson } from '../http/server.ts';
import type { BodyWriter } from './body-writer.ts';
import { answerJson, bytesOf, type Call } from './call.ts';
import { parseHashHeaders, verifyChecksums } from './checksums.ts';
import { parseContentRange, type ContentRange } from './content-range.ts';
import { toObjectResource } from './resources.ts';
import { objectRight } from './rights.ts';
import type { ResumableSession } from './resumable-sessions.ts';
import type { Routes } from './router.ts';
import type { StorageService } from './service.ts';
import { parseUploadRequest } from './upload-request.ts';

/** The service keeps an unfinished upload in units of 256 KiB, so a chunk that ends elsewhere loses its tail. */
const UNIT_BYTES = 262_144;

/**
 * Begins a resumable upload.
 *
 * Preconditions are judged when the upload ends and not here, as the service does (measured by others:
 * googleapis/google-cloud-java#201).
 */
export async function startResumable({ catalog, sessions }: StorageService, call: Call): Promise<void> {
  const { headers, url = '' } = call.request;
  const resource = await readJson(call.request);
  const mediaType = headers['x-upload-content-type'];
  const bucket = catalog.bucket(call.param('bucket')).name;
  const type = typeof mediaType === 'string' ? mediaType : undefined;
  const upload = parseUploadRequest(bucket, call.query, headers, resource, type);
  call.access.check(objectRight('storage.objects.create', bucket, upload.name));
  const stated = headers['x-upload-content-length'];
  const session = await sessions.begin(upload, stated === undefined ? undefined : parseLength(stated));
  // The host that was asked for, so that a proxy before the stand-in stays in the way.
  call.response.writeHead(200, {
    location: `http://${headers.host ?? ''}${url}&upload_id=${session.plan.id}`,
    'x-guploader-uploadid': session.plan.id,
    'content-length': 0,
  });
  call.response.end();
}

export function resumableRoutes(service: StorageService): Routes {
  const { sessions, objects, baseUrl } = service;

  async function put(call: Call): Promise<void> {
    const session = findSession(call);
    const range = parseContentRange(call.request.headers['content-range']);
    if (range?.first === undefined && range !== undefined && range.total === undefined) {
      await answerStatus(call, session);
      return;
    }
    const giveUp = (): void => void call.request.destroy();
    await session.exclusively(giveUp, async () => {
      // It may have been cancelled while this request waited for its turn.
      sessions.find(session.plan.id);
      if (session.completed !== undefined) return;
      const writer = await session.writer();
      if (await receive(call, writer, range)) await finish(call, session, writer);
    });
    await answerStatus(call, session);
  }

  /** 200 with the object where the upload is complete, else 308 with what has arrived. */
  async function answerStatus(call: Call, session: ResumableSession): Promise<void> {
    if (session.completed !== undefined) {
      answerJson(call, toObjectResource(session.completed, baseUrl()));
      return;
    }
    sessions.find(session.plan.id);
    const received = (await session.writer()).sizeBytes;
    const kept = received - (received % UNIT_BYTES);
    call.response.writeHead(308, {
      'content-length': 0,
      ...(kept === 0 ? {} : { range: `bytes=0-${kept - 1}` }),
    });
    call.response.end();
  }

  async function finish(call: Call, session: ResumableSession, writer: BodyWriter): Promise<void> {
    const { plan } = session;
    const stated = parseHashHeaders(call.request.headers);
    const measured = await writer.finish();
    try {
      if (plan.sizeBytes !== undefined && plan.sizeBytes !== measured.sizeBytes) {
        throw new GoogleError(400, `The upload has ${measured.sizeBytes} bytes and not ${plan.sizeBytes}.`);
      }
      verifyChecksums(measured, stated, ...plan.expected);
      const { record, announced } = objects.insert(
        { ...plan, body: { ...measured, id: plan.bodyId } },
        plan.preconditions,
        call.access,
      );
      session.completed = record;
      sessions.complete(session);
      await announced;
    } catch (error) {
      sessions.discard(session);
      throw error;
    }
  }

  async function cancel(call: Call): Promise<void> {
    const session = findSession(call);
    const giveUp = (): void => undefined;
    await session.exclusively(giveUp, () => {
      if (session.completed === undefined) sessions.discard(session);
    });
    // Not an error: this is how the service says that the upload was cancelled.
    call.response.writeHead(499, { 'content-length': 0 });
    call.response.end();
  }

  function findSession(call: Call): ResumableSession {
    const id = call.query.get('upload_id');
    if (id === null) throw new GoogleError(400, 'Required parameter: upload_id', 'required');
    return sessions.find(id);
  }

  return {
    'PUT /upload/storage/v1/b/:bucket/o': put,
    'DELETE /upload/storage/v1/b/:bucket/o': cancel,
  };
}

/**
 * Adds a request's bytes to the upload.
 *
 * @returns whether they were its last.
 * @throws GoogleError 400 when they are not what the range says, and what the connection fails with.
 */
async function receive(call: Call, writer: BodyWriter, range: ContentRange | undefined): Promise<boolean> {
  const first = range?.first ?? (range === undefined ? 0 : writer.sizeBytes);
  if (first > writer.sizeBytes) {
    throw new GoogleError(400, `Bytes ${writer.sizeBytes} to ${first - 1} of the upload are missing.`);
  }
  const end = range?.last === undefined ? (range?.total ?? Infinity) : range.last + 1;
  let position = first;
  try {
    for await (const chunk of bytesOf(call.request)) {
      if (position + chunk.length > end) throw wrongLength(`more than ${end - first}`, end - first);
      // What is there already is not written again, whatever the client sends.
      const known = Math.max(0, Math.min(chunk.length, writer.sizeBytes - position));
      if (known < chunk.length) await writer.write(chunk.subarray(known));
      position += chunk.length;
    }
    if (range?.last !== undefined && position !== end)
      throw wrongLength(String(position - first), end - first);
  } catch (error) {
    await keepWholeUnits(writer);
    throw error;
  } finally {
    await writer.suspend();
  }
  const isOpenEnded = range === undefined || (range.first !== undefined && range.last === undefined);
  const isLast = range?.total === undefined ? isOpenEnded : writer.sizeBytes === range.total;
  if (!isLast) await keepWholeUnits(writer);
  return isLast;
}

async function keepWholeUnits(writer: BodyWriter): Promise<void> {
  await writer.truncate(writer.sizeBytes - (writer.sizeBytes % UNIT_BYTES));
  await writer.suspend();
}

function wrongLength(were: string, shouldBe: number): GoogleError {
  return new GoogleError(
    400,
    `Invalid request. There were ${were} byte(s) in the request body. There should have been ${shouldBe} byte(s) according to the Content-Range header.`,
    'badRequest',
  );
}

function parseLength(header: string | string[]): number {
  const length = Number(header);
  if (Number.isSafeInteger(length) && length >= 0) return length;
  throw new GoogleError(400, `Invalid X-Upload-Content-Length header: ${String(header)}`);
}
