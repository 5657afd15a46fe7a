import type { IncomingMessage } from 'node:http';
import type { ByteSink } from './spare-response.ts';

const HEADERS_END = '\r\n\r\n';

/**
 * A sink that passes on the headers and so many bytes of the body, and then nothing any more.
 *
 * @param send passes bytes on to the client.
 * @param cut called once, when the last of them have been sent.
 */
export function passUpTo(
  afterBytes: number,
  send: (bytes: Buffer, sent: (error?: Error | null) => void) => void,
  cut: () => void,
): ByteSink {
  let head = Buffer.alloc(0);
  /** Undefined while the headers are not over. */
  let left: number | undefined;
  return (bytes, done) => {
    if (left === 0) {
      done();
      return;
    }
    let pass = bytes;
    if (left === undefined) {
      const before = head.length;
      head = Buffer.concat([head, bytes]);
      const end = head.indexOf(HEADERS_END);
      if (end !== -1) {
        const allowed = end + HEADERS_END.length + afterBytes;
        left = Math.max(0, allowed - head.length);
        pass = bytes.subarray(0, Math.max(0, allowed - before));
      }
    } else {
      pass = bytes.subarray(0, left);
      left -= pass.length;
    }
    const isLast = left === 0;
    send(pass, (error) => {
      if (isLast) cut();
      done(error ?? undefined);
    });
  };
}

/**
 * Breaks a request's body off: whoever reads it gets so many bytes, and no more.
 *
 * Has to be called before anybody reads. The HTTP parser pushes the body into the request block by block.
 *
 * @param cut called once, when as many bytes have come, or all of them where there are fewer.
 */
export function breakOff(request: IncomingMessage, afterBytes: number, cut: () => void): void {
  const push = request.push.bind(request);
  let left = afterBytes - request.readableLength;
  let isCut = false;
  const cutOnce = (): void => {
    isCut = true;
    // Nothing is asked of the connection any more.
    request._read = () => undefined;
    cut();
  };
  request.push = (chunk: Buffer | null) => {
    if (isCut) return false;
    if (chunk !== null && chunk.length < left) {
      left -= chunk.length;
      return push(chunk);
    }
    if (chunk !== null) push(chunk.subarray(0, left));
    cutOnce();
    return false;
  };
  if (left <= 0 || request.complete) cutOnce();
}
