import type { LogFields } from '../ports/logger.ts';
import type { EventRequest } from './event.ts';

/** The log fields that tie a line to the request's trace (W3C `traceparent`, or Google's own header). */
export function traceFields(headers: EventRequest['headers'], projectId: string): LogFields {
  const traceparent = single(headers['traceparent']);
  const [, w3cTrace, w3cSpan, flags] =
    /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/.exec(traceparent ?? '') ?? [];
  if (w3cTrace !== undefined && w3cSpan !== undefined) {
    return fields(projectId, w3cTrace, w3cSpan, (Number.parseInt(flags ?? '0', 16) & 1) === 1);
  }
  const google = single(headers['x-cloud-trace-context']);
  const [, trace, span, sampled] = /^([0-9a-f]{32})(?:\/(\d+))?(?:;o=(\d))?/.exec(google ?? '') ?? [];
  return trace === undefined ? {} : fields(projectId, trace, hexadecimalSpan(span), sampled === '1');
}

function fields(projectId: string, trace: string, span: string | undefined, isSampled: boolean): LogFields {
  return {
    'logging.googleapis.com/trace': `projects/${projectId}/traces/${trace}`,
    ...(span === undefined ? {} : { 'logging.googleapis.com/spanId': span }),
    'logging.googleapis.com/trace_sampled': isSampled,
  };
}

/** Google's header has the span in decimal, a log entry wants its sixteen hexadecimal digits. */
function hexadecimalSpan(span: string | undefined): string | undefined {
  return span === undefined ? undefined : BigInt.asUintN(64, BigInt(span)).toString(16).padStart(16, '0');
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
