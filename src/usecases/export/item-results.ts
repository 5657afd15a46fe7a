import type { PlanItem } from '../../domain/export/export-plan.ts';
import type { ItemResult } from '../../domain/export/item-result.ts';
import type { FoundObject, WrittenObject } from '../../ports/object-writer.ts';
import { transferSyntaxOf } from './own-object.ts';

export function exported(
  item: PlanItem,
  written: WrittenObject,
  transferSyntaxUid: string | null,
): ItemResult {
  return { ...outcomeOf(item, 'exported'), object: toObject(written), transferSyntaxUid };
}

export function alreadyExported(item: PlanItem, found: FoundObject): ItemResult {
  const transferSyntaxUid = transferSyntaxOf(found);
  return { ...outcomeOf(item, 'already-exported'), object: toObject(found), transferSyntaxUid };
}

/** A result of which nothing more is known. */
export function outcomeOf(item: PlanItem, outcome: ItemResult['outcome']): ItemResult {
  return { item, outcome, reason: null, detail: null, object: null, transferSyntaxUid: null };
}

/** Without what else is known of it. */
export function toObject({ generation, sizeBytes, crc32c }: WrittenObject): ItemResult['object'] {
  return { generation, sizeBytes, crc32c };
}
