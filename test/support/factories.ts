import type { InstanceUids } from '../../src/domain/dicom/instance-uids.ts';
import type { IncomingObject, ObjectRef } from '../../src/domain/object-ref.ts';
import type { Invocation } from '../../src/usecases/invocation.ts';
import { CLOCK_START_MS } from './fake-clock.ts';
import { recordingLogger } from './recording-logger.ts';

/** Ten minutes on a {@link FakeClock} that has just started, never aborted, logging to nowhere that matters. */
export function makeInvocation(changes: Partial<Invocation> = {}): Invocation {
  return {
    startedAtMs: CLOCK_START_MS,
    deadlineAt: CLOCK_START_MS + 600_000,
    signal: new AbortController().signal,
    attempts: 1,
    logger: recordingLogger(),
    ...changes,
  };
}

export function makeObjectRef(changes: Partial<ObjectRef> = {}): ObjectRef {
  return { bucket: 'inbox', name: 'ward/a.dcm', generation: '1712345678901234', ...changes };
}

/** An object of the inbox, finalized when the {@link FakeClock} starts. */
export function makeIncoming(changes: Partial<IncomingObject> = {}): IncomingObject {
  return { ...makeObjectRef(), finalizedAtMs: CLOCK_START_MS, ...changes };
}

export function makeUids(changes: Partial<InstanceUids> = {}): InstanceUids {
  return { studyInstanceUid: '1.2.1', seriesInstanceUid: '1.2.2', sopInstanceUid: '1.2.3', ...changes };
}
