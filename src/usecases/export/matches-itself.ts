import * as v from 'valibot';
import { MalformedAnswerError } from '../../domain/errors.ts';
import type { PlanItem } from '../../domain/export/export-plan.ts';
import { matchesQuery, type ExportQuery } from '../../domain/export/export-query.ts';
import type { Paced } from '../../retry/lane.ts';
import type { Invocation } from '../invocation.ts';
import type { ExportDependencies } from './export-dependencies.ts';
import { openRendition } from './open-rendition.ts';

/** Metadata of one instance; bulk data are not in it. */
const LONGEST_METADATA_BYTES = 8 * 1024 * 1024;

const value = v.union([v.string(), v.number(), v.looseObject({ Alphabetic: v.optional(v.string(), '') })]);
const dataSet = v.record(v.string(), v.looseObject({ Value: v.optional(v.array(v.unknown()), []) }));

/**
 * Whether the instance itself is what a query asks for.
 *
 * A search may answer with attributes of the study for an instance that has others of its own, and says so nowhere. Only the
 * instance's own data set settles whose it is.
 */
export async function matchesItself(
  item: PlanItem,
  query: ExportQuery,
  paced: Paced,
  deps: ExportDependencies,
  invocation: Invocation,
): Promise<'matches' | 'excluded' | 'absent'> {
  const whole = { ...item, frame: undefined };
  const opened = await openRendition(whole, { kind: 'metadata' }, paced, deps, invocation);
  if (opened.kind === 'absent') return 'absent';
  // A store that cannot say whose an instance is cannot be asked for it by a query.
  if (opened.kind === 'refused') return 'excluded';
  const attributes = toAttributes(await readText(opened.body));
  return matchesQuery(query, attributes) ? 'matches' : 'excluded';
}

async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const blocks: Buffer[] = [];
  let size = 0;
  for await (const block of body) {
    size += block.length;
    if (size > LONGEST_METADATA_BYTES) throw malformed();
    blocks.push(block);
  }
  return Buffer.concat(blocks).toString('utf8');
}

function toAttributes(text: string): Readonly<Record<string, readonly string[]>> {
  const attributes = Object.entries(parse(text)).map(([tag, { Value }]) => [tag, Value.flatMap(toText)]);
  return Object.fromEntries(attributes) as Readonly<Record<string, readonly string[]>>;
}

function parse(text: string): v.InferOutput<typeof dataSet> {
  try {
    const json = JSON.parse(text) as unknown;
    // One instance is a list of one; some servers leave the list out.
    return v.parse(dataSet, Array.isArray(json) ? json[0] : json);
  } catch {
    // Not with its cause, which may quote the data set.
    throw malformed();
  }
}

function toText(item: unknown): readonly string[] {
  const result = v.safeParse(value, item);
  if (!result.success) return [];
  return [typeof result.output === 'object' ? result.output.Alphabetic : String(result.output)];
}

function malformed(): MalformedAnswerError {
  return new MalformedAnswerError('retrieve metadata: answered with something else', {
    details: { call: 'retrieve metadata' },
  });
}
