import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readStowAnswer } from '../../src/adapters/stow-answer.ts';
import { formatInstancePath, parseInstanceUrl } from '../../src/domain/dicom/instance-uids.ts';
import { isUid } from '../../src/domain/dicom/uid.ts';
import { hashObjectRef } from '../../src/domain/object-ref.ts';
import { formatInvalidEventReport } from '../../src/domain/report.ts';
import { parseDuration } from '../../src/functions/duration.ts';
import { readStorageEvent } from '../../src/functions/event.ts';
import { traceFields } from '../../src/functions/trace.ts';
import { nextDelayMs } from '../../src/retry/delay.ts';

const component = fc.nat().map(String);
const uid = fc
  .array(component, { minLength: 1, maxLength: 12 })
  .map((parts) => parts.join('.'))
  .filter((text) => text.length <= 64);

describe('a UID', () => {
  it('is digits in components, joined by periods', () => {
    fc.assert(fc.property(uid, (text) => isUid(text)));
  });

  it('is never anything that could leave its place in a path', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('0', '1', '.', '/', '%', '?', '#', ' ', '\n', 'a') }),
        (text) => {
          if (isUid(text)) expect(text).toMatch(/^[0-9.]{1,64}$/);
          else expect(/^\d+$/.test(text) && text.length <= 64).toBe(false);
        },
      ),
    );
  });

  it('comes back out of the path that it was put into', () => {
    const uids = fc.record({ studyInstanceUid: uid, seriesInstanceUid: uid, sopInstanceUid: uid });
    fc.assert(
      fc.property(uids, (instance) => {
        expect(parseInstanceUrl(`https://h/${formatInstancePath(instance)}`)).toEqual(instance);
      }),
    );
  });
});

describe('a delay', () => {
  const policy = fc.record({ baseDelayMs: fc.nat({ max: 10_000 }), maxDelayMs: fc.nat({ max: 100_000 }) });
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it('stays between what was asked for and its cap', () => {
    fc.assert(
      fc.property(
        policy,
        fc.integer({ min: 1, max: 100 }),
        random,
        fc.nat(),
        (limits, failed, dice, askedMs) => {
          const delayMs = nextDelayMs(limits, failed, dice, askedMs);
          expect(delayMs).toBeGreaterThanOrEqual(askedMs);
          expect(delayMs).toBeLessThanOrEqual(Math.max(askedMs, limits.maxDelayMs));
          expect(delayMs).toBeLessThanOrEqual(Math.max(askedMs, limits.baseDelayMs * 2 ** (failed - 1)));
        },
      ),
    );
  });
});

describe('the name of a report', () => {
  const ref = fc.record({
    bucket: fc.stringMatching(/^[a-z0-9._-]{3,20}$/),
    name: fc.string({ minLength: 1 }),
    generation: fc.nat().map(String),
  });

  it('is the same for the same object only', () => {
    fc.assert(
      fc.property(ref, ref, (one, other) => {
        const isSame =
          one.bucket === other.bucket && one.name === other.name && one.generation === other.generation;
        expect(hashObjectRef(one) === hashObjectRef({ ...other })).toBe(isSame);
        expect(hashObjectRef({ ...one })).toBe(hashObjectRef(one));
      }),
    );
  });

  it('is not shared by objects whose names only read alike when they are put together', () => {
    const parts = fc.tuple(fc.constantFrom('a', '/', '#', '1'), fc.constantFrom('a', '/', '#', '1'));
    fc.assert(
      fc.property(parts, ([left, right]) => {
        const one = { bucket: 'b', name: `x${left}${right}`, generation: '1' };
        const other = { bucket: 'b', name: `x${left}`, generation: '1' };
        expect(hashObjectRef(one)).not.toBe(hashObjectRef(other));
      }),
    );
  });

  it('can be made for an event of any name', () => {
    const delivery = { startedAtMs: 0, endedAtMs: 1, attempts: 1 };
    fc.assert(
      fc.property(fc.string(), (id) => {
        expect(formatInvalidEventReport(id, '', delivery).reportId).toMatch(/^ingest:event:[0-9a-f]{32}$/);
      }),
    );
  });
});

describe('what comes from outside', () => {
  it('is an event or is said not to be one', () => {
    const headers = fc.dictionary(
      fc.constantFrom('ce-type', 'ce-id', 'content-type', 'x'),
      fc.oneof(fc.string(), fc.array(fc.string())),
    );
    const message = fc.record(
      {
        messageId: fc.jsonValue(),
        data: fc.jsonValue(),
        attributes: fc.oneof(
          fc.jsonValue(),
          fc.dictionary(
            fc.constantFrom(
              'bucketId',
              'objectId',
              'objectGeneration',
              'eventType',
              'eventTime',
              'payloadFormat',
            ),
            fc.oneof(fc.constantFrom('1', 'JSON_API_V1', 'OBJECT_FINALIZE'), fc.jsonValue()),
          ),
        ),
      },
      { requiredKeys: [] },
    );
    const body = fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.record({ message }));
    fc.assert(
      fc.property(headers, body, (given, content) => {
        const event = readStorageEvent({ headers: given, body: content });
        expect(['object', 'invalid']).toContain(event.kind);
        expect(event.attempts).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });

  it('is an answer of a store or is none', () => {
    const uids = { studyInstanceUid: '1', seriesInstanceUid: '2', sopInstanceUid: '3' };
    const answer = fc.dictionary(fc.constantFrom('00081199', '00081198'), fc.jsonValue());
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          answer.map((value) => JSON.stringify(value)),
        ),
        (text) => {
          expect(['undefined', 'exists', 'refused']).toContain(
            readStowAnswer(text, uids)?.kind ?? 'undefined',
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is a duration or is none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d{1,6}(ms|s|m|h|d)$/)), (text) => {
        const milliseconds = parseDuration(text);
        expect(milliseconds === undefined || Number.isSafeInteger(milliseconds)).toBe(true);
      }),
    );
  });

  it('never gets into the log by a trace header', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const fields = traceFields({ traceparent: text, 'x-cloud-trace-context': text }, 'p');
        const name = fields['logging.googleapis.com/trace'] ?? `projects/p/traces/${'0'.repeat(32)}`;
        expect(name).toMatch(/^projects\/p\/traces\/[0-9a-f]{32}$/);
      }),
    );
  });
});
