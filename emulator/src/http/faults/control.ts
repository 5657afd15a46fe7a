import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { sendJson, type Handler } from '../answer.ts';
import { GoogleError } from '../google-error.ts';
import { readJson } from '../request-body.ts';
import { carryOut } from './carry-out.ts';
import { FaultBook } from './fault-book.ts';
import { parseScripts } from './parse-script.ts';
import { RequestCounts } from './request-counts.ts';

const CONTROL = '/_control/';

/** What a test may decide and ask at one stand-in. */
interface Control {
  readonly faults: FaultBook;
  readonly requests: RequestCounts;
  /** Connections of requests that something happens to at this moment. */
  readonly afflicted: Set<Socket>;
  readonly own: ControlRoutes;
}

/** What one stand-in has below `/_control/` that others have not, e.g. under `GET /_control/switches`. */
export type ControlRoutes = Readonly<Record<string, Handler>>;

/**
 * The same service, to which things can happen: `/_control/faults` takes scripts, `/_control/requests` tells how many
 * requests came. Without scripts a request pays for being counted, and for nothing else.
 */
export function withControl(handler: Handler, own: ControlRoutes = {}): Handler {
  const control: Control = {
    faults: new FaultBook(),
    requests: new RequestCounts(),
    afflicted: new Set(),
    own,
  };
  return (request, response) => {
    const { method = 'GET', url = '/' } = request;
    if (url.startsWith(CONTROL)) return answerControl(control, request, response);
    control.requests.add(method, url);
    if (control.faults.isEmpty) return handler(request, response);
    return answerAfflicted(control, handler, request, response);
  };
}

async function answerAfflicted(
  { faults, afflicted }: Control,
  handler: Handler,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { delayMs, fault, after } = faults.meet(request.method ?? 'GET', request.url ?? '/');
  if (delayMs > 0) await delay(delayMs);
  if (fault === undefined || fault.kind === 'latency' || fault.kind === 'pass') {
    await handler(request, response);
    return;
  }
  const { socket } = request;
  afflicted.add(socket);
  try {
    await carryOut(fault, { request, response, handler, after });
  } finally {
    afflicted.delete(socket);
  }
}

async function answerControl(
  { faults, requests, afflicted, own }: Control,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const route = `${request.method ?? ''} ${request.url ?? ''}`;
  switch (route) {
    case 'POST /_control/faults': {
      const scripts = parseScripts(await readJson(request));
      sendJson(response, 200, { scripts: scripts.map((script) => faults.add(script)) });
      return;
    }
    case 'GET /_control/faults':
      sendJson(response, 200, { scripts: faults.states() });
      return;
    case 'DELETE /_control/faults':
      faults.clear();
      for (const socket of afflicted) socket.destroy();
      sendJson(response, 200, { scripts: [] });
      return;
    case 'GET /_control/requests':
      sendJson(response, 200, { requests: requests.toJson() });
      return;
    case 'DELETE /_control/requests':
      requests.reset();
      sendJson(response, 200, { requests: {} });
      return;
    default:
      if (!Object.hasOwn(own, route)) throw new GoogleError(404, `There is no ${route}.`);
      await own[route]?.(request, response);
  }
}
