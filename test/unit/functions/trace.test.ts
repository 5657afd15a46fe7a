import { describe, expect, it } from '@jest/globals';
import { traceFields } from '../../../src/functions/trace.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const NAME = `projects/p/traces/${TRACE}`;

describe('traceFields', () => {
  it.each([
    ['01', true],
    ['00', false],
    ['03', true],
  ])('takes trace, span and flags %s of the W3C header', (flags, isSampled) => {
    expect(traceFields({ traceparent: `00-${TRACE}-${SPAN}-${flags}` }, 'p')).toEqual({
      'logging.googleapis.com/trace': NAME,
      'logging.googleapis.com/spanId': SPAN,
      'logging.googleapis.com/trace_sampled': isSampled,
    });
  });

  it.each([
    [TRACE, undefined, false],
    [`${TRACE};o=1`, undefined, true],
    // The span is decimal in the header, and hexadecimal in a log entry.
    [`${TRACE}/13235353014750950193;o=1`, SPAN, true],
    [`${TRACE}/1;o=0`, '0000000000000001', false],
  ])("takes Google's header %s", (value, span, isSampled) => {
    expect(traceFields({ 'x-cloud-trace-context': value }, 'p')).toEqual({
      'logging.googleapis.com/trace': NAME,
      ...(span === undefined ? {} : { 'logging.googleapis.com/spanId': span }),
      'logging.googleapis.com/trace_sampled': isSampled,
    });
  });

  it('takes the W3C header where both are there, and the first of several', () => {
    const other = 'f'.repeat(32);
    const headers = { traceparent: [`00-${TRACE}-${SPAN}-00`, 'x'], 'x-cloud-trace-context': other };
    expect(traceFields(headers, 'p')).toMatchObject({ 'logging.googleapis.com/trace': NAME });
  });

  it.each([{}, { traceparent: 'rubbish' }, { traceparent: [] }, { 'x-cloud-trace-context': 'DOE^JOHN' }])(
    'finds nothing in %j',
    (headers) => {
      expect(traceFields(headers, 'p')).toEqual({});
    },
  );
});
