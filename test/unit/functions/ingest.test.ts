import '../../support/one-realm.ts';
import { describe, expect, it } from '@jest/globals';
import * as errors from '../../../src/domain/errors.ts';
import { formatIngestReport } from '../../../src/domain/report.ts';
import type { EventResponse } from '../../../src/functions/deliver.ts';
import { makeIngest } from '../../../src/functions/ingest.ts';
import { makeAttempts } from '../../../src/usecases/attempts.ts';
import type { IngestObject } from '../../../src/usecases/ingest/ingest-object.ts';
import { ignored } from '../../../src/usecases/ingest/results.ts';
import { rejectedWith } from '../../support/blocks.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import type { FaultScript } from '../../support/fault-script.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { RecordingPublisher } from '../../support/recording-publisher.ts';

const MARKER = 'DOE^JOHN';
const ATTRIBUTES = {
  bucketId: 'inbox',
  objectId: `${MARKER}.dcm`,
  objectGeneration: '7',
  eventType: 'OBJECT_FINALIZE',
};

class RecordingResponse implements EventResponse {
  readonly statuses: number[] = [];
  isEnded = false;
  status(code: number): this {
    this.statuses.push(code);
    return this;
  }
  end(): void {
    this.isEnded = true;
  }
}

interface Handled {
  readonly response: RecordingResponse;
  readonly logger: ReturnType<typeof recordingLogger>;
  readonly publisher: RecordingPublisher;
  readonly invocations: Parameters<IngestObject>[];
}

interface Given {
  readonly attributes?: object;
  readonly work?: (...args: Parameters<IngestObject>) => Promise<void>;
  readonly publish?: FaultScript;
  readonly timeLimitMs?: number;
}

async function handle({
  attributes = {},
  work,
  publish = [],
  timeLimitMs = 60_000,
}: Given = {}): Promise<Handled> {
  const clock = new FakeClock();
  const logger = recordingLogger();
  const publisher = new RecordingPublisher(publish);
  const invocations: Parameters<IngestObject>[] = [];
  const policy = { maxAttempts: 3, baseDelayMs: 100, maxDelayMs: 1000, budgetMs: 60_000 };
  const ingest = makeIngest({
    ingestObject: async (object, invocation) => {
      invocations.push([object, invocation]);
      await work?.(object, invocation);
      return formatIngestReport(object, ignored('generation-gone', null), {
        startedAtMs: 0,
        endedAtMs: 0,
        attempts: 1,
      });
    },
    publisher,
    attempts: makeAttempts(clock, () => 0.5, policy),
    clock,
    logger,
    projectId: 'p',
    filter: { bucket: 'inbox', prefix: '', ignorePattern: undefined },
    timeLimitMs,
  });
  const response = new RecordingResponse();
  const headers = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
  const body = {
    message: { messageId: '1', attributes: { ...ATTRIBUTES, ...attributes } },
    deliveryAttempt: 4,
  };
  await ingest({ headers, body }, response);
  return { response, logger, publisher, invocations };
}

const failing = (error: unknown): Given => ({ work: () => rejectedWith(error) });

describe('the ingest function', () => {
  it('acknowledges an object that has been seen to its end', async () => {
    const { response, invocations } = await handle();
    expect(response).toMatchObject({ statuses: [204], isEnded: true });
    expect(invocations).toMatchObject([
      [
        { bucket: 'inbox', name: `${MARKER}.dcm`, generation: '7' },
        { attempts: 4, startedAtMs: 1_767_323_045_000, deadlineAt: 1_767_323_105_000 },
      ],
    ]);
  });

  it.each([
    ['other-bucket', { bucketId: 'exports' }],
    ['event-type', { eventType: 'OBJECT_DELETE' }],
    ['folder-marker', { objectId: 'ward/' }],
  ])('acknowledges what it ignores (%s) once that is published', async (reason, attributes) => {
    const { response, publisher, invocations } = await handle({ attributes });
    expect(response.statuses).toEqual([204]);
    expect(publisher.reports).toMatchObject([{ outcome: 'ignored', reason, attempts: 4 }]);
    expect(invocations).toEqual([]);
  });

  it('acknowledges an event that it cannot read once that is published and logged', async () => {
    const { response, publisher, logger } = await handle({ attributes: { bucketId: undefined } });
    expect(response.statuses).toEqual([204]);
    expect(publisher.reports).toMatchObject([{ outcome: 'ignored', reason: 'invalid-event', object: null }]);
    expect(logger.lines).toMatchObject([{ severity: 'warning', fields: { reason: 'invalid-event' } }]);
  });

  it.each([
    ['ignored', { objectId: 'ward/' }],
    ['unreadable', { bucketId: undefined }],
  ])('gives an %s event back when that cannot be published', async (_name, attributes) => {
    const { response } = await handle({ attributes, publish: [new errors.PermissionDeniedError('')] });
    expect(response.statuses).toEqual([503]);
  });

  it('tries again to publish what it ignores', async () => {
    const { response, publisher } = await handle({
      attributes: { objectId: 'a/' },
      publish: [new errors.ThrottledError('')],
    });
    expect(response.statuses).toEqual([204]);
    expect(publisher.faults.remaining).toBe(0);
  });
});

describe('the ingest function after a failure', () => {
  it.each([
    [429, 'warning', new errors.ThrottledError(MARKER)],
    [503, 'warning', new errors.UnavailableError(MARKER)],
    [503, 'error', new errors.PermissionDeniedError(MARKER)],
    [500, 'error', new RangeError(MARKER)],
    [500, 'error', MARKER],
  ])('gives the delivery back with %i and logs a %s', async (status, severity, error) => {
    const { response, logger } = await handle(failing(error));
    expect(response).toMatchObject({ statuses: [status], isEnded: true });
    expect(logger.lines).toMatchObject([
      { severity, message: 'delivery given back', fields: { status, attempts: 4 } },
    ]);
  });

  it('says loudly that somebody has to mend something', async () => {
    const { logger } = await handle(
      failing(new errors.NotFoundError('', { details: { call: 'store instance' } })),
    );
    expect(logger.lines).toMatchObject([
      {
        severity: 'error',
        fields: { error: 'not-found', call: 'store instance', isConfigurationFault: true },
      },
    ]);
  });

  it('says where an error came from that nobody foresaw', async () => {
    const { logger } = await handle(failing(new RangeError('x')));
    const [line] = logger.lines;
    expect(line?.fields['stack']).toEqual(
      expect.arrayContaining([expect.stringMatching(/^at .*ingest\.test\.ts/)]),
    );
  });

  it('can do without a stack', async () => {
    const error = new RangeError('x');
    delete error.stack;
    const { logger } = await handle(failing(error));
    expect(logger.lines[0]?.fields).not.toHaveProperty('stack');
  });

  it('tells the work when its time is up', async () => {
    const { response, logger } = await handle({
      timeLimitMs: 5,
      work: (_object, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    });
    expect(response.statuses).toEqual([503]);
    expect(logger.lines).toMatchObject([{ severity: 'warning', fields: { error: 'deadline-exceeded' } }]);
  });
});

describe('the log of the ingest function', () => {
  it('ties its lines to the trace of the request', async () => {
    const { logger } = await handle(failing(new errors.ThrottledError('')));
    expect(logger.lines[0]?.fields).toMatchObject({
      'logging.googleapis.com/trace': `projects/p/traces/${'a'.repeat(32)}`,
    });
  });

  it.each([
    ['an error of the worker', new errors.RequestRefusedError(MARKER, { cause: new Error(MARKER) })],
    ['an error that nobody foresaw', new RangeError(MARKER)],
    ['an error of several lines', new RangeError(`first\n    at ${MARKER} (second)`)],
    ['a text', MARKER],
  ])('never quotes %s, nor the name of the object', async (_name, error) => {
    const { logger } = await handle(failing(error));
    expect(logger.lines).toHaveLength(1);
    expect(JSON.stringify(logger.lines)).not.toContain('DOE');
  });

  it.each([{ objectId: `${MARKER}/` }, { objectGeneration: MARKER }, { eventType: MARKER }])(
    'never quotes an event that needs nothing done: %j',
    async (attributes) => {
      const { logger } = await handle({ attributes });
      expect(JSON.stringify(logger.lines)).not.toContain('DOE');
    },
  );
});
