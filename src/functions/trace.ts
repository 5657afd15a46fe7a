import type { Random } from '../ports/clock.ts';
import type { LogFields } from '../ports/logger.ts';
import type { EventRequest } from './event.ts';

/** Which trace a request belongs to. */
interface Trace {
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** The sender's span, 16 hexadecimal digits; undefined where it has named none. */
  readonly spanId: string | undefined;
  readonly isSampled: boolean;
}

/** The log fields that tie a line to the request's trace (W3C `traceparent`, or Google's own header). */
export function traceFields(headers: EventRequest['headers'], projectId: string): LogFields {
  const trace = readTrace(headers);
  if (trace === undefined) return {};
  return {
    'logging.googleapis.com/trace': `projects/${projectId}/traces/${trace.id}`,
    ...(trace.spanId === undefined ? {} : { 'logging.googleapis.com/spanId': trace.spanId }),
    'logging.googleapis.com/trace_sampled': trace.isSampled,
  };
}

/**
 * The `traceparent` of the requests that a delivery sends: its trace, and a span of its own.
 *
 * No `tracestate`: it may hold anything of anybody's, and the recommendation lets it be dropped.
 *
 * @returns undefined where the event has no trace: none is begun here.
 */
export function nextTraceparent(headers: EventRequest['headers'], random: Random): string | undefined {
  const trace = readTrace(headers);
  return trace && `00-${trace.id}-${makeSpanId(random)}-${trace.isSampled ? '01' : '00'}`;
}

function readTrace(headers: EventRequest['headers']): Trace | undefined {
  const traceparent = single(headers['traceparent']);
  const [, w3cTrace, w3cSpan, flags = '0'] =
    /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/.exec(traceparent ?? '') ?? [];
  if (w3cTrace !== undefined && isAny(w3cTrace)) {
    return { id: w3cTrace, spanId: w3cSpan, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
  }
  const google = single(headers['x-cloud-trace-context']);
  const [, trace, span, sampled] = /^([0-9a-f]{32})(?:\/(\d+))?(?:;o=(\d))?/.exec(google ?? '') ?? [];
  if (trace === undefined || !isAny(trace)) return undefined;
  return { id: trace, spanId: hexadecimalSpan(span), isSampled: sampled === '1' };
}

/** Nothing but zeros is no id ("Trace Context", section 3.2.2.3). */
function isAny(id: string): boolean {
  return /[^0]/.test(id);
}

/** Eight bytes, of which the last is never zero, so that they are an id whatever the dice say. */
function makeSpanId(random: Random): string {
  const bytes = Array.from({ length: 8 }, (_, index) =>
    index === 7 ? 1 + Math.floor(random() * 255) : Math.floor(random() * 256),
  );
  return Buffer.from(bytes).toString('hex');
}

/** Google's header has the span in decimal, a log entry wants its sixteen hexadecimal digits. */
function hexadecimalSpan(span: string | undefined): string | undefined {
  return span === undefined ? undefined : BigInt.asUintN(64, BigInt(span)).toString(16).padStart(16, '0');
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
