import { describe, expect, it } from '@jest/globals';
import { nextTraceparent } from '../../../src/functions/trace.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('nextTraceparent', () => {
  it.each([
    ['01', '01'],
    ['00', '00'],
    // What later versions may mean by other bits is not passed on as though it were understood.
    ['03', '01'],
  ])('keeps the trace and whether it is sampled (%s), with a span of its own', (flags, passedOn) => {
    const headers = { traceparent: `00-${TRACE}-${SPAN}-${flags}` };
    expect(nextTraceparent(headers, () => 0.5)).toBe(`00-${TRACE}-8080808080808080-${passedOn}`);
  });

  it("makes a W3C header of Google's own", () => {
    const headers = { 'x-cloud-trace-context': `${TRACE}/1;o=1` };
    expect(nextTraceparent(headers, () => 0.25)).toBe(`00-${TRACE}-4040404040404040-01`);
  });

  it('never makes a span of nothing but zeros', () => {
    const headers = { traceparent: `00-${TRACE}-${SPAN}-00` };
    expect(nextTraceparent(headers, () => 0)).toBe(`00-${TRACE}-0000000000000001-00`);
    expect(nextTraceparent(headers, () => 0.999999)).toBe(`00-${TRACE}-ffffffffffffffff-00`);
  });

  it.each([
    {},
    { traceparent: 'rubbish' },
    { traceparent: `00-${'0'.repeat(32)}-${SPAN}-01` },
    { 'x-cloud-trace-context': `${'0'.repeat(32)}/1;o=1` },
  ])('begins no trace where the event has none: %j', (headers) => {
    expect(nextTraceparent(headers, () => 0.5)).toBeUndefined();
  });
});
