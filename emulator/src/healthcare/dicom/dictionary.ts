import { readFileSync } from 'node:fs';

/** An attribute of PS3.6. Tags are eight upper-case hexadecimal digits, as in DICOM JSON. */
export interface Attribute {
  readonly tag: string;
  /** More than one where the standard lets the data set decide, e.g. `US/SS`. */
  readonly vr: string;
  readonly keyword: string;
}

/**
 * The part of PS3.6 that the stand-in knows: what headers commonly carry, one attribute a line.
 * Data sets in Implicit VR Little Endian carry no value representations, so they are looked up here.
 */
const attributes: readonly Attribute[] = readFileSync(new URL('./dictionary.tsv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => {
    const [tag = '', vr = '', keyword = ''] = line.split('\t');
    return { tag, vr, keyword };
  });

const byTag = new Map(attributes.map((attribute) => [attribute.tag, attribute]));
const byKeyword = new Map(attributes.map((attribute) => [attribute.keyword, attribute]));

/** The tag of a keyword, e.g. `0020000D` for `StudyInstanceUID`. */
export function tagOfKeyword(keyword: string): string | undefined {
  return byKeyword.get(keyword)?.tag;
}

/**
 * The value representation of an attribute that does not say it itself; `UN` when it is not known.
 *
 * @param isSigned whether Pixel Representation is 1, which decides between US and SS.
 */
export function valueRepresentationOf(tag: string, isSigned: boolean): string {
  const group = parseInt(tag.slice(0, 4), 16);
  const element = parseInt(tag.slice(4), 16);
  if (element === 0) return 'UL';
  if (group % 2 === 1) return element >= 0x10 && element <= 0xff ? 'LO' : 'UN';
  // Overlays repeat their attributes in the groups 6000, 6002, … 601E.
  const isOverlay = group >= 0x6000 && group <= 0x601e;
  const vr = byTag.get(isOverlay ? `6000${tag.slice(4)}` : tag)?.vr ?? 'UN';
  if (vr === 'US/SS') return isSigned ? 'SS' : 'US';
  if (vr === 'US/OW' || vr === 'OB/OW') return 'OW';
  return vr;
}
