import type { Element } from 'dicom-parser';
import { textCodec, type TextCodec } from './charset.ts';
import { valueRepresentationOf } from './dictionary.ts';
import { valueBytes, type Header } from './part10.ts';
import { binaryValue, numericValues, stringValues, WIDTHS } from './values.ts';

/** An attribute in the DICOM JSON model, PS3.18 annex F. */
export interface DicomJsonAttribute {
  readonly vr: string;
  readonly Value?: readonly unknown[];
  readonly BulkDataURI?: string;
  readonly InlineBinary?: string;
}

/** A data set in the DICOM JSON model. */
export type DicomJson = Record<string, DicomJsonAttribute>;

export interface JsonOptions {
  /**
   * Where a value that is left out can be had, for the path of tags and item numbers that leads to it, e.g.
   * `00880200/1/7FE00010`. Without it such attributes are omitted, as in search results.
   */
  readonly bulkDataUri?: (path: string) => string;
  /** Which attributes of the data set are wanted; all by default. */
  readonly wants?: (tag: string) => boolean;
}

/** Larger binary values are not inlined. */
const MAX_INLINE_BYTES = 2048;
const MAX_INLINE_NUMBERS = 512;
/** Larger sequences are missing from metadata and search results. */
const MAX_SEQUENCE_BYTES = 1024 * 1024;

const BINARY = new Set(['OB', 'OW', 'UN', 'OD', 'OF', 'OL', 'OV']);
const CHARACTER_SET = '00080005';
const PIXEL_REPRESENTATION = '00280103';
const PIXEL_DATA = new Set(['7FE00008', '7FE00009', '7FE00010']);

interface Scope {
  readonly header: Pick<Header, 'bytes' | 'isLittleEndian'>;
  readonly codec: TextCodec;
  readonly isSigned: boolean;
  readonly bulkDataUri: JsonOptions['bulkDataUri'];
  readonly path: string;
}

/** The data set of a header in the DICOM JSON model; texts are UTF-8 whatever they were in the file. */
export function toDicomJson(header: Header, { bulkDataUri, wants }: JsonOptions = {}): DicomJson {
  const scope = { header, codec: textCodec([]), isSigned: false, bulkDataUri, path: '' };
  return dataSetJson(header.elements, scope, wants ?? (() => true));
}

function dataSetJson(
  elements: ReadonlyMap<string, Element>,
  outer: Scope,
  wants: (tag: string) => boolean,
): DicomJson {
  const scope = scopeOf(elements, outer);
  const json: DicomJson = {};
  for (const [tag, element] of elements) {
    // Group lengths and the delimiters of items say nothing of the data set.
    if (tag.endsWith('0000') || tag.startsWith('FFFE') || !wants(tag)) continue;
    const attribute = attributeJson(tag, element, scope);
    if (attribute !== undefined) json[tag] = attribute;
  }
  if (json[CHARACTER_SET] !== undefined) json[CHARACTER_SET] = { vr: 'CS', Value: ['ISO_IR 192'] };
  return json;
}

/** The character set and the sign of pixels hold for items too, unless an item says otherwise. */
function scopeOf(elements: ReadonlyMap<string, Element>, outer: Scope): Scope {
  const own = (tag: string) => {
    const element = elements.get(tag);
    return element === undefined ? undefined : valueBytes(outer.header, element);
  };
  const charset = own(CHARACTER_SET);
  const sign = own(PIXEL_REPRESENTATION);
  const terms = charset
    ?.toString('latin1')
    .split('\\')
    .map((term) => term.replace(/\0/g, '').trim());
  return {
    ...outer,
    codec: terms === undefined ? outer.codec : textCodec(terms),
    isSigned: sign === undefined || sign.length < 2 ? outer.isSigned : sign[0] === 1 || sign[1] === 1,
  };
}

function attributeJson(tag: string, element: Element, scope: Scope): DicomJsonAttribute | undefined {
  // An element of unknown representation and undefined length is a sequence, PS3.5 6.2.2.
  const vr = element.items === undefined ? (element.vr ?? valueRepresentationOf(tag, scope.isSigned)) : 'SQ';
  if (vr === 'SQ') return sequenceJson(tag, element, scope);
  if (isBulk(tag, vr, element)) {
    return scope.bulkDataUri && { vr, BulkDataURI: scope.bulkDataUri(`${scope.path}${tag}`) };
  }
  const bytes = valueBytes(scope.header, element);
  if (bytes === undefined) return undefined;
  if (bytes.length === 0) return { vr };
  if (BINARY.has(vr)) return { vr, InlineBinary: binaryValue(vr, bytes, scope.header.isLittleEndian) };
  const values =
    vr in WIDTHS
      ? numericValues(vr, bytes, scope.header.isLittleEndian)
      : stringValues(vr, bytes, scope.codec);
  return values.length === 0 ? { vr } : { vr, Value: values };
}

function isBulk(tag: string, vr: string, element: Element): boolean {
  if (PIXEL_DATA.has(tag)) return true;
  if (BINARY.has(vr)) return element.length > MAX_INLINE_BYTES;
  const width = WIDTHS[vr];
  return width !== undefined && element.length / width > MAX_INLINE_NUMBERS;
}

function sequenceJson(tag: string, element: Element, scope: Scope): DicomJsonAttribute | undefined {
  const { items = [] } = element;
  if (element.length > MAX_SEQUENCE_BYTES) return undefined;
  if (items.length === 0) return { vr: 'SQ' };
  const Value = items.map((item, index) => {
    const entries = Object.entries(item.dataSet?.elements ?? {});
    const elements = new Map(entries.map(([key, value]) => [key.slice(1).toUpperCase(), value]));
    return dataSetJson(elements, { ...scope, path: `${scope.path}${tag}/${index + 1}/` }, () => true);
  });
  return { vr: 'SQ', Value };
}
