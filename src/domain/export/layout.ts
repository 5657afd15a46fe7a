import type { InstanceUids } from '../dicom/instance-uids.ts';
import { isSafeSegment, OWN_FOLDER } from './destination.ts';
import {
  hashValue,
  LAYOUT_FIELDS,
  LONGEST_FIELD_BYTES,
  makeSafeValue,
  type LayoutField,
} from './layout-field.ts';

/** How the objects of an export are named: literal text and fields in turn. */
export interface Layout {
  readonly parts: readonly LayoutPart[];
}

type LayoutPart = { readonly literal: string } | { readonly keyword: string; readonly field: LayoutField };

/** What a name is made of. */
export interface NamedInstance {
  readonly uids: InstanceUids;
  /** Values by tag, as a search gives them. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  /** From 1; undefined where the object is the whole instance. */
  readonly frame: number | undefined;
}

/** The longest name of an object in bytes of UTF-8 (Cloud Storage, "Object naming guidelines"). */
const LONGEST_NAME_BYTES = 1024;

/** Every frame, and everything that has none, has a number. */
const NO_FRAME = '0';

/** Put instead of a field, to look at what stands around it. */
const SOME_VALUE = 'x';

/**
 * Reads a layout such as `{StudyInstanceUID}/{SOPInstanceUID}.dcm`.
 *
 * @param prefixBytes the length of what comes before every name.
 * @returns what is wrong with it, as text, which quotes no more of it than the words in braces that are no fields.
 */
export function parseLayout(text: string, prefixBytes: number): Layout | string {
  const parts: LayoutPart[] = [];
  for (const part of text.split(/(\{[^{}]*\})/u).filter((piece) => piece !== '')) {
    const keyword = /^\{(.*)\}$/su.exec(part)?.[1];
    const field = keyword === undefined ? undefined : LAYOUT_FIELDS.get(keyword);
    if (keyword === undefined) parts.push({ literal: part });
    else if (field !== undefined) parts.push({ keyword, field });
    else return `has a field that is none of ${[...LAYOUT_FIELDS.keys()].join(', ')}`;
  }
  const layout: Layout = { parts };
  const shape = layout.parts.map((part) => ('literal' in part ? part.literal : SOME_VALUE)).join('');
  if (/[{}]/u.test(shape)) return 'has a brace without its other half';
  if (shape.startsWith(OWN_FOLDER)) return `begins with ${OWN_FOLDER}, where the manifest is`;
  if (shape.startsWith('.well-known/'))
    return 'begins with .well-known/, which Cloud Storage keeps for itself';
  if (!shape.split('/').every(isSafeSegment)) {
    return 'has a segment that is empty, a step upwards, or has a character that object names should not have';
  }
  if (!layout.parts.some((part) => 'field' in part))
    return 'has no field, so that all names would be the same';
  if (prefixBytes + longestBytes(layout) > LONGEST_NAME_BYTES) {
    return `can make names of more than ${LONGEST_NAME_BYTES} bytes`;
  }
  return layout;
}

function longestBytes({ parts }: Layout): number {
  return parts.reduce(
    (sum, part) => sum + ('literal' in part ? Buffer.byteLength(part.literal) : LONGEST_FIELD_BYTES),
    0,
  );
}

/** The attributes that a search has to give beside the UIDs, so that names can be made. */
export function layoutTags({ parts }: Layout): readonly string[] {
  const tags = parts.map((part) => ('field' in part ? part.field.tag : null));
  return [...new Set(tags.filter((tag) => typeof tag === 'string'))].filter((tag) => !UID_TAGS.has(tag));
}

const STUDY_INSTANCE_UID = '0020000D';
const SERIES_INSTANCE_UID = '0020000E';
const SOP_INSTANCE_UID = '00080018';
const UID_TAGS: ReadonlySet<string> = new Set([STUDY_INSTANCE_UID, SERIES_INSTANCE_UID, SOP_INSTANCE_UID]);

/**
 * The name of an instance, or of one frame of it, without the destination's prefix.
 *
 * @param allowIdentifying whether values that identify a patient are written out, not hashed. `ALLOW_IDENTIFYING_NAMES`
 */
export function renderName(layout: Layout, instance: NamedInstance, allowIdentifying: boolean): string {
  return layout.parts
    .map((part) => ('literal' in part ? part.literal : renderField(part, instance, allowIdentifying)))
    .join('');
}

function renderField(
  { keyword, field }: Exclude<LayoutPart, { literal: string }>,
  instance: NamedInstance,
  allowIdentifying: boolean,
): string {
  const value = valueOf(field, instance);
  return field.isIdentifying && !allowIdentifying ? hashValue(keyword, value) : makeSafeValue(value);
}

function valueOf({ tag }: LayoutField, { uids, attributes, frame }: NamedInstance): string {
  switch (tag) {
    case null:
      return frame === undefined ? NO_FRAME : String(frame);
    case STUDY_INSTANCE_UID:
      return uids.studyInstanceUid;
    case SERIES_INSTANCE_UID:
      return uids.seriesInstanceUid;
    case SOP_INSTANCE_UID:
      return uids.sopInstanceUid;
    default:
      return attributes[tag]?.[0] ?? '';
  }
}
