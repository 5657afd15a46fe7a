import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { sendJson, type Handler } from '../answer.ts';
import { GoogleError } from '../google-error.ts';
import { breakOff, passUpTo } from './cut-bodies.ts';
import type { Fault, RetryAfter } from './fault-script.ts';
import { answerInto, carryOutUnheard } from './spare-response.ts';

/** A request that a fault happens to. */
export interface Afflicted {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What would answer it. */
  readonly handler: Handler;
  /** Whether the service does its work before the answer is lost. */
  readonly after: boolean;
}

/** Makes the fault happen. Resolves when nothing more is to be done, for a hanging request at its end. */
export async function carryOut(
  fault: Exclude<Fault, { kind: 'latency' | 'pass' }>,
  afflicted: Afflicted,
): Promise<void> {
  switch (fault.kind) {
    case 'status':
      if (fault.early !== true) await takeIn(afflicted);
      answerStatus(fault, afflicted.response);
      return;
    case 'quota':
      await takeIn(afflicted);
      answerStatus({ ...fault, kind: 'status', status: 429 }, afflicted.response);
      return;
    case 'html':
      await takeIn(afflicted);
      answerText(afflicted.response, fault.status ?? 200, 'text/html; charset=utf-8', PAGE, fault.retryAfter);
      return;
    case 'malformed-json':
      await takeIn(afflicted);
      answerText(afflicted.response, fault.status ?? 200, 'application/json; charset=UTF-8', MALFORMED);
      return;
    case 'reset':
      return reset(fault, afflicted);
    case 'cut':
      return cutAnswer(fault.afterBytes, afflicted, ({ socket }) => socket.end());
    case 'hang':
      return hang(fault, afflicted);
  }
}

const PAGE =
  '<!DOCTYPE html>\n<html><head><title>Proxy</title></head>\n<body><h1>The page cannot be shown</h1></body></html>\n';
const MALFORMED = '{"kind": "storage#object", "name": "a';

async function reset(fault: Extract<Fault, { kind: 'reset' }>, afflicted: Afflicted): Promise<void> {
  const { request } = afflicted;
  switch (fault.at) {
    case 'start':
      request.socket.resetAndDestroy();
      return;
    case 'headers':
      await takeIn(afflicted);
      request.socket.resetAndDestroy();
      return;
    case 'request-body':
      breakOff(request, fault.afterBytes, () => request.socket.resetAndDestroy());
      return answerBroken(afflicted);
    case 'response-body':
      return cutAnswer(fault.afterBytes, afflicted, ({ socket }) => socket.resetAndDestroy());
  }
}

async function hang(fault: Extract<Fault, { kind: 'hang' }>, afflicted: Afflicted): Promise<void> {
  const { request } = afflicted;
  switch (fault.at) {
    case 'headers':
      await takeIn(afflicted);
      return untilLeft(afflicted);
    case 'request-body':
      breakOff(request, fault.afterBytes, () => request.socket.pause());
      return answerBroken(afflicted);
    case 'response-body':
      await cutAnswer(fault.afterBytes, afflicted, () => undefined);
      return untilLeft(afflicted);
  }
}

/** The request comes to its end before anything happens; with `after`, the service acts on it. */
async function takeIn({ request, handler, after }: Afflicted): Promise<void> {
  if (after) await carryOutUnheard(handler, request);
  request.resume();
  // A client that leaves before the end of its request sees no fault; that it left is its own affair.
  if (!request.readableEnded) await finished(request, { writable: false }).catch(() => undefined);
}

/** The service sees a request that breaks off; what it would answer reaches nobody. */
async function answerBroken({ request, handler }: Afflicted): Promise<void> {
  await carryOutUnheard(handler, request);
}

/** The service answers, and its answer gets only so far. */
async function cutAnswer(
  afterBytes: number,
  { request, handler }: Afflicted,
  cut: (request: IncomingMessage) => void,
): Promise<void> {
  const send = (bytes: Buffer, sent: (error?: Error | null) => void): void =>
    void request.socket.write(bytes, sent);
  let isCut = false;
  const cutOnce = (): void => {
    if (!isCut) cut(request);
    isCut = true;
  };
  await answerInto(passUpTo(afterBytes, send, cutOnce), handler, request);
  // The body was shorter than that: the connection goes all the same.
  cutOnce();
}

async function untilLeft({ response }: Afflicted): Promise<void> {
  if (response.closed) return;
  await new Promise<void>((resolve) => response.once('close', () => resolve()));
}

function answerStatus(
  { status, retryAfter, headers = {}, body }: Extract<Fault, { kind: 'status' }>,
  response: ServerResponse,
): void {
  if (typeof body === 'string') {
    answerText(response, status, 'text/plain; charset=utf-8', body, retryAfter, headers);
    return;
  }
  const content = body ?? new GoogleError(status, 'A fault script has decided so.').toJson();
  sendJson(response, status, content, { ...retryAfterHeader(retryAfter), ...headers });
}

function answerText(
  response: ServerResponse,
  status: number,
  contentType: string,
  text: string,
  retryAfter?: RetryAfter,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    ...retryAfterHeader(retryAfter),
    ...headers,
  });
  response.end(text);
}

function retryAfterHeader(retryAfter: RetryAfter | undefined): Record<string, string> {
  if (retryAfter === undefined) return {};
  const value =
    typeof retryAfter === 'object'
      ? new Date(Date.now() + retryAfter.dateInSeconds * 1000).toUTCString()
      : String(retryAfter);
  return { 'retry-after': value };
}
