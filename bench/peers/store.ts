import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { GoogleError } from '../../emulator/src/http/google-error.ts';
import { sendJson, type Handler } from '../../emulator/src/http/server.ts';
import { DICOM_STORE } from './names.ts';
import { delayAnswer, refuseUnknown, type PeerContext } from './peer.ts';
import { HEADER_BYTES, readIdentity, type Identity } from './synthetic-instance.ts';

const STUDIES = `/v1/${DICOM_STORE}/dicomWeb/studies`;

/**
 * The least of a DICOM store: reads who the instance is, throws the bytes away and lists the instance as stored.
 *
 * It takes only instances that arrive whole, so that what is lost on the way is a failure and not a fast success.
 */
export function makeStore(context: PeerContext): Handler {
  return async (request, response) => {
    if (request.method !== 'POST' || request.url !== STUDIES) {
      throw refuseUnknown(context, `${request.method ?? ''} ${request.url ?? ''}`);
    }
    context.counters.count('post');
    if (context.quota?.take() === false) {
      await refuse(context, request, response);
      return;
    }
    const { head, sizeBytes } = await readAway(request);
    const identity = readIdentity(head);
    if (sizeBytes !== identity.sizeBytes) {
      throw new GoogleError(400, `${sizeBytes} bytes arrived of ${identity.sizeBytes}.`);
    }
    context.counters.count('stored');
    context.quota?.noteStored(identity.instance);
    await delayAnswer(context);
    sendJson(response, 200, answerOf(identity), { 'content-type': 'application/dicom+json' });
  };
}

/** The body is read to its end first: answering in the middle of it would cost the connection. */
async function refuse(
  context: PeerContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  context.counters.count('refused');
  await finished(request.resume());
  await delayAnswer(context);
  const retryAfterSeconds = context.quota?.retryAfterSeconds ?? null;
  if (retryAfterSeconds !== null) response.setHeader('retry-after', String(retryAfterSeconds));
  throw new GoogleError(429, 'The quota of store requests is used up.');
}

function readAway(request: IncomingMessage): Promise<{ head: Buffer; sizeBytes: number }> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    let sizeBytes = 0;
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (head.length < HEADER_BYTES) head = Buffer.concat([head, chunk]);
    });
    request.on('end', () => resolve({ head, sizeBytes }));
    request.on('error', reject);
  });
}

/** PS3.18, "Store Instances Response Module", with what Google's store fills of it. */
function answerOf({ sopClassUid, study, series, instance }: Identity): object {
  const studyUrl = `https://healthcare.googleapis.com${STUDIES}/${study}`;
  return {
    '00081190': { vr: 'UR', Value: [studyUrl] },
    '00081199': {
      vr: 'SQ',
      Value: [
        {
          '00081150': { vr: 'UI', Value: [sopClassUid] },
          '00081155': { vr: 'UI', Value: [instance] },
          '00081190': { vr: 'UR', Value: [`${studyUrl}/series/${series}/instances/${instance}`] },
        },
      ],
    },
  };
}
