import { RUN_ATTRIBUTE, type OutgoingMessage } from './dead-letter.ts';
import type { MessageService } from './letter-service.ts';
import type { Pace } from './pace.ts';
import type { FoundObject, QuarantinedObject, QuarantineService } from './quarantine-service.ts';
import { wordsOf } from './replay-letters.ts';

export interface QuarantineRun {
  readonly service: QuarantineService;
  readonly messages: MessageService;
  /** Objects of any other bucket are left alone. */
  readonly inbox: string;
  /** Where the inbox tells of new objects: `projects/…/topics/…`. */
  readonly topic: string;
  /** Undefined for all. */
  readonly reason: string | undefined;
  /** What was set aside earlier is left alone. Milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Whether an object that is gone from the inbox is copied back. */
  readonly restores: boolean;
  readonly most: number;
  readonly isDry: boolean;
  /** Names the run. */
  readonly run: string;
  readonly pace: Pace;
  readonly interrupted: AbortSignal;
  /** What becomes of each. */
  readonly onObject: (object: QuarantinedObject, end: QuarantineEnd) => void;
}

/**
 * What becomes of a quarantined object: ingest is told of its original, or of what was restored earlier (`told`), or it
 * is copied back (`restored`), or why neither. Of a dry run the first two mean that it would be.
 */
export type QuarantineEnd =
  | 'told'
  | 'restored'
  | 'not chosen'
  | 'no copy of the worker'
  | 'of another bucket'
  | 'original gone'
  | 'deleted before'
  | 'newer object there';

export interface QuarantineResult {
  readonly sent: number;
  readonly notSent: number;
  readonly problems: readonly string[];
}

/**
 * Has ingest look at quarantined objects again. The quarantined copy stays in any case, and nothing is written over: a run
 * that is repeated has ingest look once more, which ends the same way.
 *
 * Never throws.
 */
export async function replayQuarantine(run: QuarantineRun): Promise<QuarantineResult> {
  const counts = { sent: 0, notSent: 0 };
  const problems: string[] = [];
  try {
    for await (const object of run.service.list()) {
      if (run.interrupted.aborted || counts.sent >= run.most) break;
      const end = await replayObject(object, run);
      if (end === 'told' || end === 'restored') counts.sent += 1;
      else if (end !== 'not chosen') counts.notSent += 1;
      run.onObject(object, end);
    }
  } catch (error) {
    problems.push(wordsOf(error));
  }
  if (run.interrupted.aborted) problems.push(wordsOf(run.interrupted.reason));
  return { ...counts, problems };
}

async function replayObject(object: QuarantinedObject, run: QuarantineRun): Promise<QuarantineEnd> {
  const { source, reason, quarantinedAtMs = Infinity } = object;
  const { service, inbox } = run;
  if ((run.reason !== undefined && reason !== run.reason) || quarantinedAtMs < run.sinceMs)
    return 'not chosen';
  if (source === undefined) return 'no copy of the worker';
  // Whoever may write to quarantine could otherwise have anything read or written with an operator's rights.
  if (source.bucket !== inbox) return 'of another bucket';
  const original = await service.find(inbox, source.name, source.generation);
  if (original !== undefined) return await tell(source.name, original, run);
  const live = await service.find(inbox, source.name);
  if (live !== undefined) {
    return live.restoredFrom === object.name ? await tell(source.name, live, run) : 'newer object there';
  }
  if (!run.restores) return 'original gone';
  // What is restored is a new object, and so newer than the deletion that it was kept out by.
  if (reason === 'deleted-before' && run.reason !== reason) return 'deleted before';
  if (run.isDry) return 'restored';
  await run.pace(1);
  // Cloud Storage itself tells of the new object.
  return (await service.restore(object, { bucket: inbox, name: source.name }))
    ? 'restored'
    : 'newer object there';
}

async function tell(name: string, found: FoundObject, run: QuarantineRun): Promise<'told'> {
  if (run.isDry) return 'told';
  await run.pace(1);
  await run.messages.publish(run.topic, [notificationOf(name, found, run)]);
  return 'told';
}

/** As Cloud Storage tells of a new object, with the time it came: a deletion since then is not undone. */
function notificationOf(name: string, found: FoundObject, { inbox, run }: QuarantineRun): OutgoingMessage {
  return {
    data: Buffer.alloc(0),
    attributes: {
      bucketId: inbox,
      objectId: name,
      objectGeneration: found.generation,
      eventType: 'OBJECT_FINALIZE',
      eventTime: found.createdAt,
      payloadFormat: 'NONE',
      [RUN_ATTRIBUTE]: run,
    },
    orderingKey: '',
  };
}
