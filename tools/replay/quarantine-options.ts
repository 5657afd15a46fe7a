import {
  endpointsOf,
  readLocalStack,
  readValues,
  requireTexts,
  textOf,
  type Endpoints,
} from '../cloud/read-options.ts';
import { UsageError } from '../cloud/usage-error.ts';
import { fullName, mostOf, rateOf } from './replay-options.ts';

export interface QuarantineOptions {
  readonly project: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly inbox: string;
  /** `projects/…/topics/…`; undefined for the one that the inbox is configured to tell. */
  readonly topic: string | undefined;
  readonly reason: string | undefined;
  readonly sinceMs: number;
  readonly restores: boolean;
  readonly perSecond: number;
  readonly most: number;
  readonly isDry: boolean;
  readonly endpoints: Endpoints;
}

const OPTIONS = {
  quarantine: { type: 'string' },
  project: { type: 'string' },
  inbox: { type: 'string' },
  topic: { type: 'string' },
  reason: { type: 'string' },
  since: { type: 'string' },
  restore: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  rate: { type: 'string' },
  max: { type: 'string' },
  local: { type: 'string' },
} as const;

/** @throws UsageError */
export function parseQuarantineOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): QuarantineOptions {
  const values = readValues(args, OPTIONS);
  const stack = readLocalStack(values);
  const { quarantine, project, inbox } = requireTexts({
    quarantine: textOf(values, 'quarantine'),
    project: textOf(values, 'project') ?? stack?.project,
    inbox: textOf(values, 'inbox') ?? stack?.buckets.inbox,
  });
  const [, bucket, prefix = ''] = /^gs:\/\/([^/]+)(?:\/(.*))?$/.exec(quarantine) ?? [];
  if (bucket === undefined) throw new UsageError('--quarantine takes gs://BUCKET or gs://BUCKET/PREFIX.');
  const since = textOf(values, 'since');
  const sinceMs = since === undefined ? -Infinity : Date.parse(since);
  if (Number.isNaN(sinceMs))
    throw new UsageError('--since takes a time as 2026-11-27 or 2026-11-27T06:00:00Z.');
  const topic = textOf(values, 'topic');
  return {
    project,
    bucket,
    prefix,
    inbox,
    topic: topic === undefined ? undefined : fullName(topic, project, 'topics'),
    reason: textOf(values, 'reason'),
    sinceMs,
    restores: values['restore'] === true,
    perSecond: rateOf(values),
    most: mostOf(values, Number.MAX_SAFE_INTEGER),
    isDry: values['dry-run'] === true,
    endpoints: endpointsOf(stack, env),
  };
}
