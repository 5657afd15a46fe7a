import * as v from 'valibot';
import { formatPlanItem, parsePlanItem, type PlanItem } from './export-plan.ts';

/** What became of one object of an export. */
export type ItemOutcome =
  | 'exported'
  /** It was there already, with the same content. */
  | 'already-exported'
  /** Another object has its name, with another content, which was left as it is. */
  | 'conflict'
  /** The store does not have the instance any more. */
  | 'absent'
  /** The instance itself is not what the query asks for, whatever a search says of its study. */
  | 'excluded'
  | 'failed';

/** The object, where there is one. */
export interface ExportedObject {
  readonly generation: string;
  readonly sizeBytes: number;
  /** An unsigned 32-bit number. */
  readonly crc32c: number;
}

export interface ItemResult {
  readonly item: PlanItem;
  readonly outcome: ItemOutcome;
  /** A word for programs; null where the outcome says everything. */
  readonly reason: string | null;
  /** A sentence for people; may quote what the store has answered. */
  readonly detail: string | null;
  readonly object: ExportedObject | null;
  /** Null where it is not known, or the object is no DICOM file. */
  readonly transferSyntaxUid: string | null;
}

const OUTCOMES = ['exported', 'already-exported', 'conflict', 'absent', 'excluded', 'failed'] as const;

const schema = v.object({
  outcome: v.picklist(OUTCOMES),
  reason: v.nullable(v.string()),
  detail: v.nullable(v.string()),
  generation: v.nullable(v.string()),
  sizeBytes: v.nullable(v.number()),
  crc32c: v.nullable(v.string()),
  transferSyntax: v.nullable(v.string()),
});

/** A line of a part, and of the manifest once it is complete. */
export type ResultLine = Readonly<Record<string, unknown>>;

export function formatResult({ item, object, transferSyntaxUid, ...rest }: ItemResult): ResultLine {
  return {
    ...formatPlanItem(item),
    ...rest,
    generation: object?.generation ?? null,
    sizeBytes: object?.sizeBytes ?? null,
    crc32c: object === null ? null : formatCrc32c(object.crc32c),
    transferSyntax: transferSyntaxUid,
  };
}

/** The inverse of {@link formatResult}. @throws v.ValiError for what it did not write. */
export function parseResult(line: unknown): ItemResult {
  const { outcome, reason, detail, generation, sizeBytes, crc32c, transferSyntax } = v.parse(schema, line);
  const isThere = generation !== null && sizeBytes !== null && crc32c !== null;
  return {
    item: parsePlanItem(line),
    outcome,
    reason,
    detail,
    object: isThere ? { generation, sizeBytes, crc32c: parseCrc32c(crc32c) } : null,
    transferSyntaxUid: transferSyntax,
  };
}

const PLAN_ONLY: ReadonlySet<string> = new Set(['name', 'target', 'refusal']);

/** As a manifest names an object: by its whole address, and without what only the plan needs. */
export function formatManifestLine(result: ItemResult, bucket: string): ResultLine {
  const line = { ...formatResult(result), object: `gs://${bucket}/${result.item.name}` };
  return Object.fromEntries(Object.entries(line).filter(([key]) => !PLAN_ONLY.has(key)));
}

/** As Cloud Storage writes it: base64 of the four bytes in big-endian order. */
function formatCrc32c(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
}

function parseCrc32c(text: string): number {
  return Buffer.from(text, 'base64').readUInt32BE(0);
}

/** Whether two results are about the same object. */
export function itemKey({ uids, frame }: Pick<PlanItem, 'uids' | 'frame'>): string {
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = uids;
  return `${studyInstanceUid}/${seriesInstanceUid}/${sopInstanceUid}/${frame ?? ''}`;
}
