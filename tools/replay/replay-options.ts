import {
  durationOf,
  endpointsOf,
  readLocalStack,
  readValues,
  requireTexts,
  textOf,
  type Endpoints,
} from '../cloud/read-options.ts';
import { UsageError } from '../cloud/usage-error.ts';
import type { LetterFilter } from './choose-letter.ts';
import { LETTER_KINDS, type LetterKind } from './dead-letter.ts';
import { MOST_HELD } from './held-letters.ts';

type Values = ReturnType<typeof readValues>;

export interface ReplayOptions {
  readonly project: string;
  /** `projects/…/subscriptions/…`. */
  readonly subscription: string;
  /** `projects/…/topics/…`; undefined for where each came from. */
  readonly topic: string | undefined;
  readonly filter: LetterFilter;
  /** A file of log lines. */
  readonly log: string | undefined;
  readonly perSecond: number;
  readonly most: number;
  readonly isDry: boolean;
  readonly waitMs: number;
  readonly endpoints: Endpoints;
}

export const HELP = `Sends dead letters back to the topics they came from. A dead letter is acknowledged once its successor is
confirmed; a run that is killed in between sends it again, which the functions are made for. Nothing else is acknowledged: what is
passed over, refused or interrupted is given back. Running it again does no harm.

Usage: npm run replay -- --project P --subscription S --dry-run
       npm run replay -- --project P --subscription S [OPTIONS]
       npm run replay -- --project P --quarantine gs://BUCKET[/PREFIX] --inbox B [OPTIONS]

  --subscription S    the subscription of the dead letters, e.g. NAME-ingest-dead-letter, or projects/…/subscriptions/…
  --project P         the project
  --topic T           where everything goes    (the topic of the subscription that gave each up, which is looked up)
  --dry-run           only the table of what is there and what would become of it
  --only KIND         object, command, slice, tick, report or other
  --log FILE          log lines \`delivery given back\`, one JSON a line: says the cause for objects
  --cause CAUSE       \`error\` of those lines, e.g. not-found; unknown for what they do not speak of
  --command-age TIME  a command first published longer ago is kept back: published again it is new to the functions, and
                      COMMAND_MAX_AGE does not refuse it                                                    (24h)
  --give-ids          sends also commands without an id, with one made of the dead letter's message id. They had the id of
                      their message, which is lost: one that had been begun would be a second command
  --rate N            messages a second, 0.1 to 1000                                                        (10)
  --max N             the most that are sent; of a dry run, looked at                                       (10000 of a dry run)
  --wait TIME         how long nothing new has to come until that was all                                   (10s)
  --local default     the stack of \`npm start\` on its usual ports
  --local FILE        the stack whose first line of \`npm start -- --json\` is in FILE
  --help              this text

With --quarantine, ingest is told once more of the originals of quarantined objects, and reports on them as before. The copies
in quarantine stay. Beside --project, --dry-run, --rate, --max and --local there are

  --inbox B           the bucket that the originals are in; others are left alone
  --topic T           what ingest listens to        (the one that the inbox is configured to tell of new objects)
  --reason R          only this reason, e.g. different-content
  --since TIME        only what was set aside since, e.g. 2026-11-27T06:00:00Z
  --restore           where the original is gone from the inbox, copies the quarantined object back under its name, over
                      nothing. It is a new object then, newer than any deletion before: what was deleted-before is
                      restored only where --reason says so

TIME is 500ms, 30s, 10m, 24h or 7d. PUBSUB_EMULATOR_HOST and STORAGE_EMULATOR_HOST are followed. Credentials are the Application Default Credentials; they need
roles/pubsub.subscriber on the subscription, roles/pubsub.publisher on the topic, and, unless --topic is given, roles/pubsub.viewer
on the subscription and on the one that gave the messages up. For quarantine: roles/storage.objectViewer on both buckets,
roles/pubsub.publisher on the topic, storage.buckets.get on the inbox unless --topic is given, and with --restore
roles/storage.objectCreator on the inbox.

Exit codes: 0 what was chosen has been sent; 1 something was not, or the run was interrupted; 2 wrong options.
`;

const OPTIONS = {
  subscription: { type: 'string' },
  project: { type: 'string' },
  topic: { type: 'string' },
  'dry-run': { type: 'boolean' },
  only: { type: 'string' },
  log: { type: 'string' },
  cause: { type: 'string' },
  'command-age': { type: 'string' },
  'give-ids': { type: 'boolean' },
  rate: { type: 'string' },
  max: { type: 'string' },
  wait: { type: 'string' },
  local: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** @throws UsageError */
export function parseReplayOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ReplayOptions | 'help' {
  const values = readValues(args, OPTIONS);
  if (values['help'] === true) return 'help';
  const stack = readLocalStack(values);
  const { subscription, project } = requireTexts({
    subscription: textOf(values, 'subscription'),
    project: textOf(values, 'project') ?? stack?.project,
  });
  const topic = textOf(values, 'topic');
  const only = textOf(values, 'only');
  if (only !== undefined && !isKind(only)) throw new UsageError(`--only takes ${LETTER_KINDS.join(', ')}.`);
  const isDry = values['dry-run'] === true;
  const most = mostOf(values, isDry ? MOST_HELD : Number.MAX_SAFE_INTEGER);
  const perSecond = rateOf(values);
  return {
    project,
    subscription: fullName(subscription, project, 'subscriptions'),
    topic: topic === undefined ? undefined : fullName(topic, project, 'topics'),
    filter: {
      only,
      cause: textOf(values, 'cause'),
      commandAgeMs: durationOf(values, 'command-age', '24h'),
      givesIds: values['give-ids'] === true,
    },
    log: textOf(values, 'log'),
    perSecond,
    most,
    isDry,
    waitMs: durationOf(values, 'wait', '10s'),
    endpoints: endpointsOf(stack, env),
  };
}

function isKind(text: string): text is LetterKind {
  return (LETTER_KINDS as readonly string[]).includes(text);
}

/** @throws UsageError */
export function mostOf(values: Values, byDefault: number): number {
  const most = numberOf(textOf(values, 'max'), 'max', byDefault);
  if (!Number.isInteger(most) || most < 1) throw new UsageError('--max takes a whole number from 1.');
  return most;
}

/** @throws UsageError */
export function rateOf(values: Values): number {
  const perSecond = numberOf(textOf(values, 'rate'), 'rate', 10);
  if (perSecond < 0.1 || perSecond > 1000) throw new UsageError('--rate takes a number from 0.1 to 1000.');
  return perSecond;
}

function numberOf(text: string | undefined, name: string, byDefault: number): number {
  if (text === undefined) return byDefault;
  if (!/^\d{1,12}(\.\d{1,3})?$/.test(text)) throw new UsageError(`--${name} takes a number.`);
  return Number(text);
}

export function fullName(name: string, project: string, collection: 'subscriptions' | 'topics'): string {
  return name.includes('/') ? name : `projects/${project}/${collection}/${name}`;
}
