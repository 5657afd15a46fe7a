import * as v from 'valibot';
import { describeIssues, idSchema, targetSchema } from '../command/command-fields.ts';
import { containsDestination, parseDestination, type Destination } from './destination.ts';
import { exportQuerySchema, type ExportQuery } from './export-query.ts';
import { toTarget, type Target } from '../dicom/target.ts';
import { parseLayout, type Layout } from './layout.ts';
import { defaultLayout, isLossless, parseRendition, type Rendition } from './rendition.ts';

const targets = v.pipe(v.array(targetSchema, 'has to be a list of targets'), v.nonEmpty('is empty'));

const entries = {
  action: v.literal('export'),
  id: v.optional(idSchema),
  targets: v.optional(targets),
  query: v.optional(exportQuerySchema),
  destination: v.string('has to be a text'),
  layout: v.optional(v.pipe(v.string('has to be a text'), v.maxLength(1024, 'is too long'))),
  format: v.optional(v.string('has to be a text')),
  allowLossy: v.optional(v.boolean('has to be true or false')),
  overwrite: v.optional(v.boolean('has to be true or false')),
};

/** A command to export, as it is published. Its JSON Schema is docs/schemas/export-command.json. */
export const exportCommandSchema = v.pipe(
  v.strictObject(entries),
  v.check(
    ({ targets: named, query }) => (named === undefined) !== (query === undefined),
    'has to have either targets or a query',
  ),
);

/** What an export is about: targets that are named, or whatever a query finds. */
export type Selection =
  | { readonly kind: 'targets'; readonly targets: readonly Target[] }
  | { readonly kind: 'query'; readonly query: ExportQuery };

/** A command that can be carried out. */
export interface ExportCommand {
  /** Undefined where the message's own id has to do. */
  readonly id: string | undefined;
  readonly selection: Selection;
  readonly destination: Destination;
  readonly layout: Layout;
  readonly rendition: Rendition;
  readonly overwrite: boolean;
  /** What decides whether a command of the same id is the same one: everything but the id, as it was written. */
  readonly content: unknown;
}

/** What an operator allows. */
export interface ExportLimits {
  readonly destinations: readonly Destination[];
  readonly maxTargets: number;
  readonly allowOverwrite: boolean;
}

/** What a message is: a command; or none, and what is wrong with it. */
export type ParsedExport =
  | { readonly kind: 'command'; readonly command: ExportCommand }
  | { readonly kind: 'refused'; readonly id: string | null; readonly problems: readonly string[] };

/** Reads a command. Problems quote nothing of it. */
export function parseExportCommand(input: unknown, limits: ExportLimits): ParsedExport {
  const result = v.safeParse(exportCommandSchema, input);
  if (!result.success) {
    return { kind: 'refused', id: readId(input), problems: describeIssues(result.issues) };
  }
  const { id, targets: named, query = {}, overwrite = false, allowLossy = false, ...rest } = result.output;
  const destination = readDestination(rest.destination, limits.destinations);
  const rendition = readRendition(rest.format ?? 'original', allowLossy);
  const layout = readLayout(rest.layout, rendition, destination);
  const problems = [destination, rendition, layout].filter((part) => typeof part === 'string');
  if ((named?.length ?? 0) > limits.maxTargets) problems.push('targets: are more than MAX_TARGETS');
  if (overwrite && !limits.allowOverwrite) problems.push('overwrite: is not allowed here (ALLOW_OVERWRITE)');
  if (
    typeof destination === 'string' ||
    typeof rendition === 'string' ||
    typeof layout === 'string' ||
    problems.length > 0
  ) {
    return { kind: 'refused', id: id ?? null, problems };
  }
  const content = { ...result.output, id: undefined };
  const selection: Selection =
    named === undefined ? { kind: 'query', query } : { kind: 'targets', targets: named.map(toDicomTarget) };
  return { kind: 'command', command: { id, selection, destination, layout, rendition, overwrite, content } };
}

/** @returns what is wrong with it, as text; so do the two below. */
function readDestination(text: string, allowed: readonly Destination[]): Destination | string {
  const destination = parseDestination(text);
  if (destination === undefined) return 'destination: has to be gs://BUCKET/ or gs://BUCKET/PREFIX/';
  const isAllowed = allowed.some((outer) => containsDestination(outer, destination));
  return isAllowed ? destination : 'destination: is not within EXPORT_DESTINATIONS';
}

function readRendition(text: string, allowLossy: boolean): Rendition | string {
  const rendition = parseRendition(text);
  if (rendition === undefined)
    return 'format: has to be original, transferSyntax:UID, metadata, rendered or rendered:image/png';
  const isAllowed = isLossless(rendition) || allowLossy;
  return isAllowed ? rendition : 'format: is not known to be lossless, and allowLossy is not set';
}

function readLayout(
  text: string | undefined,
  rendition: Rendition | string,
  destination: Destination | string,
): Layout | string {
  const byDefault = defaultLayout(typeof rendition === 'string' ? { kind: 'original' } : rendition);
  const prefix = typeof destination === 'string' ? '' : destination.prefix;
  const layout = parseLayout(text ?? byDefault, Buffer.byteLength(prefix));
  return typeof layout === 'string' ? `layout: ${layout}` : layout;
}

/** The id of a command that cannot be read otherwise, for its report. */
function readId(input: unknown): string | null {
  const result = v.safeParse(v.object({ id: idSchema }), input);
  return result.success ? result.output.id : null;
}

type WrittenTarget = v.InferOutput<typeof targetSchema>;

function toDicomTarget({ study, series, instance }: WrittenTarget): Target {
  return toTarget({
    study,
    ...(series === undefined ? {} : { series }),
    ...(instance === undefined ? {} : { instance }),
  });
}
