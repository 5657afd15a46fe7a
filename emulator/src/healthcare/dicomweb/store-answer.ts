import type { Triple } from '../storage/instance-record.ts';
import { urlOf } from './exchange.ts';

/** What became of one instance of a store request. */
export type ItemOutcome = StoredItem | FailedItem;

export interface StoredItem {
  readonly isStored: true;
  readonly sopClassUid: string;
  readonly uids: Triple;
}

/** What an instance failed for, where the status of the whole answer depends on it. */
export type FailureCause = 'other-study' | 'being-deleted' | 'instance';

export interface FailedItem {
  readonly isStored: false;
  readonly cause: FailureCause;
  readonly detail: string;
  /** Empty when the data set does not have one. */
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
}

/** Processing failure, PS3.18: the one reason that was seen, for duplicates and for invalid files alike. */
const PROCESSING_FAILURE = 272;

interface Attribute {
  readonly tag: string;
  readonly vr: string;
  readonly keyword: string;
  readonly isPrivate?: boolean;
  readonly value?: string | number;
  /** Of a sequence, which has no value. */
  readonly items?: readonly (readonly Attribute[])[];
}

/** @param study the study whose URL the answer carries; undefined when no instance had one. */
function attributesOf(
  outcomes: readonly ItemOutcome[],
  study: string | undefined,
  baseUrl: string,
  format: StoreFormat,
): Attribute[] {
  const stored = outcomes.filter((outcome) => outcome.isStored);
  const failed = outcomes.filter((outcome) => !outcome.isStored);
  const answer: Attribute[] = [];
  if (study !== undefined) answer.push(retrieveUrl(urlOf(baseUrl, { study })));
  if (failed.length > 0) {
    const items = failed.map(({ detail, sopClassUid, sopInstanceUid }) => [
      { tag: '00081197', vr: 'US', keyword: 'FailureReason', value: PROCESSING_FAILURE },
      failureDetail(detail, format),
      ...references(sopClassUid, sopInstanceUid),
    ]);
    answer.push({ tag: '00081198', vr: 'SQ', keyword: 'FailedSOPSequence', items });
  }
  if (stored.length > 0) {
    const items = stored.map(({ sopClassUid, uids }) => [
      ...references(sopClassUid, uids.instance),
      retrieveUrl(urlOf(baseUrl, uids)),
    ]);
    answer.push({ tag: '00081199', vr: 'SQ', keyword: 'ReferencedSOPSequence', items });
  }
  return answer;
}

function retrieveUrl(value: string): Attribute {
  return { tag: '00081190', vr: 'UR', keyword: 'RetrieveURL', value };
}

/** Google's private attribute has one tag in XML and, as the conformance statement has it, another in JSON. */
function failureDetail(value: string, format: StoreFormat): Attribute {
  return format === 'xml'
    ? { tag: '00090097', vr: 'LT', keyword: 'FailureDetail', isPrivate: true, value }
    : { tag: '00091097', vr: 'LT', keyword: 'FailureDetailJSON', isPrivate: true, value };
}

function references(sopClassUid: string, sopInstanceUid: string): Attribute[] {
  const all = [
    { tag: '00081150', vr: 'UI', keyword: 'ReferencedSOPClassUID', value: sopClassUid },
    { tag: '00081155', vr: 'UI', keyword: 'ReferencedSOPInstanceUID', value: sopInstanceUid },
  ];
  return all.filter(({ value }) => value !== '');
}

export type StoreFormat = 'xml' | 'json';

/** The body of a store answer, and its media type. */
export function formatStoreAnswer(
  outcomes: readonly ItemOutcome[],
  study: string | undefined,
  baseUrl: string,
  format: StoreFormat,
): { readonly contentType: string; readonly body: Buffer } {
  const attributes = attributesOf(outcomes, study, baseUrl, format);
  return format === 'xml'
    ? {
        contentType: 'application/dicom+xml; charset=utf-8',
        body: Buffer.from(`<NativeDicomModel>${attributes.map(toXml).join('')}</NativeDicomModel>`),
      }
    : {
        contentType: 'application/dicom+json; charset=utf-8',
        body: Buffer.from(JSON.stringify(Object.fromEntries(attributes.map(toJson)))),
      };
}

function toXml({ tag, vr, keyword, isPrivate, value = '', items }: Attribute): string {
  const creator = isPrivate === true ? ' privateCreator="GOOGLE"' : '';
  const content =
    items === undefined
      ? `<Value number="1">${escapeXml(String(value))}</Value>`
      : items.map((item, index) => `<Item number="${index + 1}">${item.map(toXml).join('')}</Item>`).join('');
  return `<DicomAttribute tag="${tag}" vr="${vr}" keyword="${keyword}"${creator}>${content}</DicomAttribute>`;
}

function toJson({ tag, vr, value, items }: Attribute): [string, { vr: string; Value: unknown[] }] {
  return [tag, { vr, Value: items?.map((item) => Object.fromEntries(item.map(toJson))) ?? [value] }];
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Control characters cannot be written in XML 1.0 at all. */
function escapeXml(text: string): string {
  return text
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
    .replace(/[^\t\n\r\u0020-\uffff]/g, '\ufffd');
}
