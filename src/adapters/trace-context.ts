import { AsyncLocalStorage } from 'node:async_hooks';
import type { Http } from './http.ts';

/** Carries the trace of a delivery to the requests that are sent for it. */
export interface TraceContext {
  /**
   * Does work whose requests belong to a trace.
   *
   * @param traceparent the header's value (W3C "Trace Context", section 3.2); undefined where there is no trace.
   */
  run<T>(traceparent: string | undefined, work: () => Promise<T>): Promise<T>;
  /** Requests that say which trace they belong to, where they belong to one. */
  apply(http: Http): Http;
}

/**
 * A trace that follows the work by itself, so that no port has to know of it.
 *
 * `AsyncLocalStorage`, which since Node.js 24 sets no async hooks: what a `node:domain` costs, it does not.
 */
export function makeTraceContext(): TraceContext {
  const current = new AsyncLocalStorage<string | undefined>();
  return {
    run: (traceparent, work) => current.run(traceparent, work),
    apply: (http) => (request) => {
      const traceparent = current.getStore();
      if (traceparent === undefined) return http(request);
      return http({ ...request, headers: { ...request.headers, traceparent } });
    },
  };
}
