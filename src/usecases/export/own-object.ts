import { UnavailableError } from '../../domain/errors.ts';
import type { ExportPlan, PlanItem } from '../../domain/export/export-plan.ts';
import { contentTypeOf, formatRendition } from '../../domain/export/rendition.ts';
import type { FoundObject, NewObject } from '../../ports/object-writer.ts';
import { OWN_OUTPUT_KEY } from '../ingest/quarantine.ts';

/** For whom an object is made: the command, and the store it comes from. */
export interface ExportContext {
  readonly id: string;
  readonly storeName: string;
  readonly plan: ExportPlan;
}

const TRANSFER_SYNTAX_KEY = 'transfer-syntax';

/**
 * What an object says of itself, so that the next delivery knows it for its own: command, store, instance and form.
 *
 * The mark is also what keeps it from being ingested where the destination is the inbox.
 */
function ownMetadata(
  item: PlanItem,
  { id, storeName, plan }: ExportContext,
): Readonly<Record<string, string>> {
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = item.uids;
  return {
    [OWN_OUTPUT_KEY]: 'export',
    command: id,
    store: storeName,
    study: studyInstanceUid,
    series: seriesInstanceUid,
    instance: sopInstanceUid,
    ...(item.frame === undefined ? {} : { frame: String(item.frame) }),
    format: formatRendition(plan.rendition),
  };
}

/** The object that an item is to become. */
export function toNewObject(
  item: PlanItem,
  context: ExportContext,
  content: Pick<NewObject, 'body' | 'sizeBytes' | 'replaces'> & { readonly transferSyntaxUid: string | null },
): NewObject {
  const { transferSyntaxUid, ...rest } = content;
  return {
    bucket: context.plan.destination.bucket,
    name: item.name,
    contentType: contentTypeOf(context.plan.rendition),
    metadata: {
      ...ownMetadata(item, context),
      ...(transferSyntaxUid === null ? {} : { [TRANSFER_SYNTAX_KEY]: transferSyntaxUid }),
    },
    ...rest,
  };
}

/** Whether an object is what this command makes of this item: it was verified when it was made. */
export function isOwn({ metadata }: FoundObject, item: PlanItem, context: ExportContext): boolean {
  const own = Object.entries(ownMetadata(item, context));
  return (
    own.every(([key, value]) => metadata[key] === value) && 'frame' in metadata === (item.frame !== undefined)
  );
}

export function transferSyntaxOf({ metadata }: FoundObject): string | null {
  return metadata[TRANSFER_SYNTAX_KEY] ?? null;
}

/** What to say of an object whose name was taken, and which nobody can find: trying again settles it. */
export function gone(): UnavailableError {
  return new UnavailableError('An object was there, and is not any more.', {
    details: { call: 'look at object' },
  });
}
