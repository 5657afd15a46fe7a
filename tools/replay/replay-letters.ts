import { chooseLetter, type LetterChoice, type LetterFilter } from './choose-letter.ts';
import type { Causes } from './causes.ts';
import { readDeadLetter, toReplay, type DeadLetter, type ReceivedLetter } from './dead-letter.ts';
import { HeldLetters, MOST_HELD } from './held-letters.ts';
import { RefusedMessage, type LetterService } from './letter-service.ts';
import { groupSize, type Pace, type ReplayClock } from './pace.ts';

export interface LetterRun {
  readonly service: LetterService;
  readonly filter: LetterFilter;
  readonly causes: Causes;
  /** Where everything goes; undefined for where each came from. */
  readonly topic: string | undefined;
  readonly perSecond: number;
  /** The most that are sent; of a dry run, looked at. */
  readonly most: number;
  readonly isDry: boolean;
  /** How long nothing new has to come until that was all. */
  readonly waitMs: number;
  /** Names the run. */
  readonly run: string;
  readonly clock: ReplayClock;
  readonly pace: Pace;
  readonly interrupted: AbortSignal;
  /** What becomes of each; told once a message. */
  readonly onLetter: (letter: DeadLetter, end: LetterEnd) => void;
}

/** What became of a message: sent, or why not. Of a dry run `send` means that it would be sent. */
export type LetterEnd = LetterChoice | 'sent' | 'refused' | 'no topic';

export interface LetterResult {
  readonly sent: number;
  /** What the filters chose and is still there. */
  readonly notSent: number;
  /** What went wrong, a sentence each. */
  readonly problems: readonly string[];
}

const POLL_MS = 250;
/** 10 MB is the most of one request. */
const MOST_BYTES = 4_000_000;

/**
 * Sends dead letters back until no new ones come. A message is acknowledged once its successor is confirmed: a run that
 * dies in between has it sent twice, which the functions are made for.
 *
 * Never throws; whatever happens, what was pulled and not sent is given back.
 */
export async function replayLetters(run: LetterRun): Promise<LetterResult> {
  const held = new HeldLetters(run.service, run.clock);
  const problems = new Set<string>();
  const counts = { sent: 0, notSent: 0, looked: 0 };
  const end = (letter: DeadLetter, what: LetterEnd): void => {
    counts.looked += 1;
    if (what === 'sent') counts.sent += 1;
    else if (what !== 'not chosen' && what !== 'send') counts.notSent += 1;
    run.onLetter(letter, what);
  };
  try {
    await pullAll(run, held, counts, (letters) => settle(run, held, letters, counts, end, problems));
    if (held.isFull) problems.add(`${MOST_HELD} messages are kept back, so no further ones were looked at`);
  } catch (error) {
    problems.add(wordsOf(error));
  }
  await held.giveBack().catch((error: unknown) => {
    problems.add(`not all could be given back; they come again within ten minutes: ${wordsOf(error)}`);
  });
  if (run.interrupted.aborted) problems.add(wordsOf(run.interrupted.reason));
  return { sent: counts.sent, notSent: counts.notSent, problems: [...problems] };
}

/** Ends when nothing new has come for long enough, when there are enough, or when the run is to end. */
async function pullAll(
  run: LetterRun,
  held: HeldLetters,
  counts: { readonly sent: number; readonly looked: number },
  work: (letters: readonly DeadLetter[]) => Promise<void>,
): Promise<void> {
  const { service, clock, interrupted, most, isDry, waitMs } = run;
  let lastNewAt = clock.now();
  for (;;) {
    const room = most - (isDry ? counts.looked : counts.sent);
    if (interrupted.aborted || room <= 0 || held.isFull) return;
    await held.renew();
    const received = await service.pull(Math.min(room, isDry ? 500 : groupSize(run.perSecond) * 4));
    const again = received.filter(({ messageId }) => held.stateOf(messageId) === 'sent');
    if (again.length > 0) await service.acknowledge(again.map(({ ackId }) => ackId));
    const known = received.filter(({ messageId }) => held.stateOf(messageId) === 'held');
    const fresh = unique(received.filter(({ messageId }) => held.stateOf(messageId) === 'new'));
    await held.hold([...known, ...fresh]);
    if (fresh.length > 0) {
      await work(fresh.map((letter) => readDeadLetter(letter, run.causes)));
      lastNewAt = clock.now();
    } else if (clock.now() - lastNewAt >= waitMs) return;
    else await clock.sleep(Math.min(POLL_MS, waitMs), interrupted);
  }
}

async function settle(
  run: LetterRun,
  held: HeldLetters,
  letters: readonly DeadLetter[],
  counts: { readonly sent: number },
  end: (letter: DeadLetter, what: LetterEnd) => void,
  problems: Set<string>,
): Promise<void> {
  const byTopic = new Map<string, DeadLetter[]>();
  for (const letter of letters) {
    const choice = chooseLetter(letter, run.filter, run.run, run.clock.now());
    if (choice !== 'send') {
      end(letter, choice);
      continue;
    }
    const topic = await topicOf(run, letter).catch((error: unknown) => {
      problems.add(wordsOf(error));
    });
    if (topic === undefined) end(letter, 'no topic');
    else if (run.isDry) end(letter, 'send');
    else byTopic.set(topic, [...(byTopic.get(topic) ?? []), letter]);
  }
  for (const [topic, chosen] of byTopic) {
    for (const group of groupsOf(chosen, groupSize(run.perSecond))) {
      await run.pace(group.length);
      if (run.interrupted.aborted || counts.sent >= run.most) return;
      await sendGroup(run, held, topic, group, end, problems);
    }
  }
}

/** @throws the error of a publish that failed for another reason than the messages: nothing of it is acknowledged. */
async function sendGroup(
  run: LetterRun,
  held: HeldLetters,
  topic: string,
  group: readonly DeadLetter[],
  end: (letter: DeadLetter, what: LetterEnd) => void,
  problems: Set<string>,
): Promise<void> {
  try {
    await run.service.publish(
      topic,
      group.map((letter) => toReplay(letter, run.run)),
    );
  } catch (error) {
    if (!(error instanceof RefusedMessage)) {
      for (const letter of group) end(letter, 'refused');
      throw error;
    }
    const [letter, second] = group;
    if (second !== undefined) {
      for (const one of group) await sendGroup(run, held, topic, [one], end, problems);
    } else if (letter !== undefined) {
      problems.add(`message ${letter.messageId} is refused: ${error.message}`);
      end(letter, 'refused');
    }
    return;
  }
  held.markSent(group);
  for (const letter of group) end(letter, 'sent');
  await run.service.acknowledge(group.map(({ ackId }) => ackId));
}

async function topicOf({ topic, service }: LetterRun, { source, messageId }: DeadLetter): Promise<string> {
  if (topic !== undefined) return topic;
  if (source !== undefined) return await service.topicOf(source);
  throw new Error(`message ${messageId} does not say where it came from; --topic says where it is to go`);
}

/** In their order, none too large for a request. */
function groupsOf(letters: readonly DeadLetter[], size: number): DeadLetter[][] {
  const groups: DeadLetter[][] = [];
  let bytes = Infinity;
  for (const letter of letters) {
    const group = groups.at(-1);
    if (group !== undefined && group.length < size && bytes + letter.data.length <= MOST_BYTES) {
      group.push(letter);
      bytes += letter.data.length;
    } else {
      groups.push([letter]);
      bytes = letter.data.length;
    }
  }
  return groups;
}

function unique(letters: readonly ReceivedLetter[]): ReceivedLetter[] {
  return [...new Map(letters.map((letter) => [letter.messageId, letter])).values()];
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
