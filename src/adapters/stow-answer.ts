import * as v from 'valibot';
import { isSameInstance, parseInstanceUrl, type InstanceUids } from '../domain/dicom/instance-uids.ts';
import type { StoreAnswer } from '../ports/dicom-store.ts';

const REFERENCED_SOP_SEQUENCE = '00081199';
const FAILED_SOP_SEQUENCE = '00081198';
const REFERENCED_SOP_INSTANCE_UID = '00081155';
const RETRIEVE_URL = '00081190';
const FAILURE_REASON = '00081197';
/** FailureDetail in Google's private block of group 0009: element 97 of whatever block was reserved. */
const FAILURE_DETAIL = /^0009..97$/;

const element = v.object({ Value: v.optional(v.array(v.unknown())) });
const item = v.record(v.string(), v.unknown());
const sequence = v.optional(v.object({ Value: v.optional(v.array(item)) }));
const schema = v.object({ [REFERENCED_SOP_SEQUENCE]: sequence, [FAILED_SOP_SEQUENCE]: sequence });

type Item = v.InferOutput<typeof item>;

/**
 * Reads the answer to a store request item by item (PS3.18 section 10.5.3.2, "Store Instances Response Module").
 *
 * The status says too little: 200 may list nothing (Orthanc 1.10 with an unclosed multipart body), and 409 is the
 * answer for a duplicate, for other bytes under the same UIDs and for an invalid file alike.
 *
 * @returns undefined when the answer says nothing about this instance, or is not an answer of that kind at all.
 */
export function readStowAnswer(text: string, uids: InstanceUids): StoreAnswer | undefined {
  const answer = parse(text);
  if (answer === undefined) return undefined;
  const referenced = answer[REFERENCED_SOP_SEQUENCE]?.Value ?? [];
  if (referenced.some((one) => isReference(one, uids))) return { kind: 'stored' };
  const failed = answer[FAILED_SOP_SEQUENCE]?.Value ?? [];
  // The SOP instance UID may be missing where the store could not read it; one instance was sent, so it is ours.
  const failure =
    failed.find((one) => firstValue(one[REFERENCED_SOP_INSTANCE_UID]) === uids.sopInstanceUid) ?? failed[0];
  return failure === undefined ? undefined : readFailure(failure);
}

/** By the UID and, where the store gives it, by the retrieve URL, which names study and series too. */
function isReference(one: Item, uids: InstanceUids): boolean {
  if (firstValue(one[REFERENCED_SOP_INSTANCE_UID]) !== uids.sopInstanceUid) return false;
  const named = parseInstanceUrl(firstValue(one[RETRIEVE_URL]) ?? '');
  return named === undefined || isSameInstance(named, uids);
}

function readFailure(failure: Item): StoreAnswer {
  const detailKey = Object.keys(failure).find((key) => FAILURE_DETAIL.test(key));
  const detail = (detailKey === undefined ? undefined : firstValue(failure[detailKey])) ?? '';
  // Decided by text because there is nothing else: Google's failure reason is 272 for duplicates and for invalid
  // files alike, and only FailureDetail tells (DICOM conformance statement, 2026-04-14).
  if (/already exists/i.test(detail)) return { kind: 'exists', detail };
  const reason = Number(firstValue(failure[FAILURE_REASON]) ?? NaN);
  return { kind: 'refused', failureReason: Number.isNaN(reason) ? null : reason, detail };
}

function parse(text: string): v.InferOutput<typeof schema> | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  // Some servers answer with a list of one data set, as for metadata.
  const result = v.safeParse(schema, Array.isArray(json) ? json[0] : json);
  return result.success ? result.output : undefined;
}

/** The first value of an element as text. */
function firstValue(value: unknown): string | undefined {
  const result = v.safeParse(element, value);
  const first = result.success ? result.output.Value?.[0] : undefined;
  return typeof first === 'string' || typeof first === 'number' ? String(first) : undefined;
}
