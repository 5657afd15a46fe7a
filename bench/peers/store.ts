import type { IncomingMessage } from 'node:http';
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
    const { head, sizeBytes } = await readAway(request);
    const identity = readIdentity(head);
    if (sizeBytes !== identity.sizeBytes) {
      throw new GoogleError(400, `${sizeBytes} bytes arrived of ${identity.sizeBytes}.`);
    }
    context.counters.count('stored');
    await delayAnswer(context);
    sendJson(response, 200, answerOf(identity), { 'content-type': 'application/dicom+json' });
  };
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
