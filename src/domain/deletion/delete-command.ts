import * as v from 'valibot';
import { describeIssues, idSchema, targetSchema } from '../command/command-fields.ts';
import { toTarget, type Target } from '../dicom/target.ts';
import { parsePeriod, PERIOD, type Period } from './period.ts';

const MOST_TARGETS = 10_000;
const MOST_SERIES = 10_000;

const isDefined = (value: unknown): boolean => value !== undefined;
const isPeriod = (text: string): boolean => isDefined(parsePeriod(text));
const NO_PERIOD = 'has to be an ISO 8601 period of years, months, weeks and days, such as P365D';
const toPeriod = v.pipe(v.string(), v.transform(parsePeriod), v.custom<Period>(isDefined));
const period = v.pipe(v.string('has to be a text'), v.regex(PERIOD, NO_PERIOD), v.check(isPeriod, NO_PERIOD));

/** Deletes studies, series and instances. */
export const deleteCommandSchema = v.strictObject({
  action: v.literal('delete'),
  id: v.optional(idSchema),
  targets: v.pipe(
    v.array(targetSchema, 'has to be a list'),
    v.minLength(1, 'has to name at least one target'),
    v.maxLength(MOST_TARGETS, `has to name at most ${MOST_TARGETS} targets`),
  ),
  expect: v.optional(
    v.strictObject({
      instances: v.pipe(
        v.number('has to be a number'),
        v.integer('has to be a whole number'),
        v.minValue(0, 'has to be a number of instances'),
      ),
    }),
  ),
  dryRun: v.optional(v.boolean('has to be true or false'), false),
});

/** Deletes what is past its retention. */
export const cleanupCommandSchema = v.pipe(
  v.strictObject({
    action: v.literal('cleanup'),
    id: v.optional(idSchema),
    olderThan: period,
    age: v.picklist(['ingested', 'study-date'], 'has to be ingested or study-date'),
    filter: v.optional(
      v.strictObject({
        modality: v.optional(
          v.pipe(
            v.array(
              v.pipe(
                v.string('has to be a text'),
                v.regex(/^[A-Z0-9_ ]{1,16}$/, 'has to be a modality, such as CT'),
              ),
              'has to be a list',
            ),
            v.minLength(1, 'has to name at least one modality'),
            v.maxLength(100, 'has to name at most 100 modalities'),
          ),
        ),
      }),
      {},
    ),
    minInStore: v.optional(period),
    maxSeries: v.optional(
      v.pipe(
        v.number('has to be a number'),
        v.integer('has to be a whole number'),
        v.minValue(1, 'has to be at least 1'),
        v.maxValue(MOST_SERIES, `has to be at most ${MOST_SERIES}`),
      ),
      500,
    ),
    dryRun: v.optional(v.boolean('has to be true or false'), true),
  }),
  v.forward(
    v.partialCheck(
      [['age'], ['minInStore']],
      ({ age, minInStore }) => age !== 'study-date' || minInStore !== undefined,
      'is missing, and age is study-date: an old study may have come yesterday',
    ),
    ['minInStore'],
  ),
);

/** Lets the function look after what it has begun. */
const tickSchema = v.strictObject({ action: v.literal('tick') });

export interface DeleteCommand {
  readonly kind: 'delete';
  readonly targets: readonly Target[];
  /** Refused if the store holds another number of instances; null for any. */
  readonly expectedInstances: number | null;
  readonly dryRun: boolean;
}

export interface CleanupCommand {
  readonly kind: 'cleanup';
  readonly olderThan: Period;
  readonly age: 'ingested' | 'study-date';
  /** Null for every modality. */
  readonly modalities: readonly string[] | null;
  /** How long it must have been in the store at least, whatever its study date; null for no matter. */
  readonly minInStore: Period | null;
  /** Nothing is deleted if more series than these are past their retention. */
  readonly maxSeries: number;
  readonly dryRun: boolean;
}

export type DeletionCommand = DeleteCommand | CleanupCommand;

/** A message to the delete function, read. */
export type DeletionMessage =
  | { readonly kind: 'tick' }
  | {
      readonly kind: 'command';
      readonly command: DeletionCommand;
      /** Undefined where the message's own id has to do. */
      readonly id: string | undefined;
      /** The command as plain JSON, without its id and with its defaults. */
      readonly content: object;
    }
  | {
      readonly kind: 'invalid';
      /** What it claims to be, as far as that can be read. */
      readonly action: 'delete' | 'cleanup';
      readonly id: string | null;
      readonly problems: readonly string[];
    };

const SCHEMAS = { delete: deleteCommandSchema, cleanup: cleanupCommandSchema, tick: tickSchema };

/** Total: whatever it is given, it says what it is. */
export function readDeletionMessage(content: unknown): DeletionMessage {
  const action = claimedAction(content);
  if (action === undefined) {
    const problems = ['action: has to be delete, cleanup or tick'];
    return { kind: 'invalid', action: 'delete', id: claimedId(content), problems };
  }
  const result = v.safeParse(SCHEMAS[action], content);
  if (!result.success) {
    const kind = action === 'cleanup' ? 'cleanup' : 'delete';
    return { kind: 'invalid', action: kind, id: claimedId(content), problems: describeIssues(result.issues) };
  }
  if (result.output.action === 'tick') return { kind: 'tick' };
  const { id, ...plain } = result.output;
  return { kind: 'command', id, content: plain, command: toCommand(result.output) };
}

/** The command in a document that was written from a {@link DeletionMessage}'s content. @throws v.ValiError */
export function parseDeletionContent(content: unknown): DeletionCommand {
  return toCommand(v.parse(v.union([deleteCommandSchema, cleanupCommandSchema]), content));
}

function toCommand(
  parsed: v.InferOutput<typeof deleteCommandSchema> | v.InferOutput<typeof cleanupCommandSchema>,
): DeletionCommand {
  const { dryRun } = parsed;
  if (parsed.action === 'delete') {
    const targets = parsed.targets.map(({ study, series, instance }) =>
      toTarget({
        study,
        ...(series === undefined ? {} : { series }),
        ...(instance === undefined ? {} : { instance }),
      }),
    );
    return { kind: 'delete', targets, expectedInstances: parsed.expect?.instances ?? null, dryRun };
  }
  return {
    kind: 'cleanup',
    olderThan: v.parse(toPeriod, parsed.olderThan),
    age: parsed.age,
    modalities: parsed.filter.modality ?? null,
    minInStore: parsed.minInStore === undefined ? null : v.parse(toPeriod, parsed.minInStore),
    maxSeries: parsed.maxSeries,
    dryRun,
  };
}

function claimedAction(content: unknown): keyof typeof SCHEMAS | undefined {
  const result = v.safeParse(v.object({ action: v.picklist(['delete', 'cleanup', 'tick']) }), content);
  return result.success ? result.output.action : undefined;
}

function claimedId(content: unknown): string | null {
  const result = v.safeParse(v.object({ id: idSchema }), content);
  return result.success ? result.output.id : null;
}
