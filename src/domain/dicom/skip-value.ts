import {
  DamagedDataSet,
  IMPLICIT_LITTLE_ENDIAN,
  ITEM,
  ITEM_DELIMITATION,
  SEQUENCE_DELIMITATION,
  UNDEFINED_LENGTH,
  readElementHeader,
  type ElementHeader,
  type Encoding,
} from './element.ts';

/** Deeper nesting than any information object definition has; a bound on the work that a hostile file can ask for. */
const MAX_NESTING = 1024;

/** A sequence (its items follow) or an item (its elements follow) that ends with a delimiter. */
interface OpenLevel {
  readonly holdsItems: boolean;
  readonly encoding: Encoding;
}

/**
 * The offset after an element's value, without reading the value.
 *
 * A value of undefined length is walked to its delimiter with a stack of our own, so that nesting costs
 * bytes and never call depth. Values of defined length are jumped over.
 *
 * @throws MoreBytesNeeded, DamagedDataSet
 */
export function skipValue(bytes: Buffer, element: ElementHeader, encoding: Encoding): number {
  if (element.length !== UNDEFINED_LENGTH) return element.valueOffset + element.length;
  const open: OpenLevel[] = [{ holdsItems: true, encoding: encodingInside(element, encoding) }];
  let offset = element.valueOffset;
  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    const inner = readElementHeader(bytes, offset, level.encoding);
    const isEnd = inner.tag === (level.holdsItems ? SEQUENCE_DELIMITATION : ITEM_DELIMITATION);
    if (isEnd) {
      open.pop();
      offset = inner.valueOffset;
      continue;
    }
    if (level.holdsItems ? inner.tag !== ITEM : isDelimiter(inner.tag)) {
      throw new DamagedDataSet('a sequence is not made of items');
    }
    if (inner.length !== UNDEFINED_LENGTH) {
      offset = inner.valueOffset + inner.length;
      continue;
    }
    if (open.length >= MAX_NESTING)
      throw new DamagedDataSet(`sequences are nested deeper than ${MAX_NESTING}`);
    const inside = level.holdsItems ? level.encoding : encodingInside(inner, level.encoding);
    open.push({ holdsItems: !level.holdsItems, encoding: inside });
    offset = inner.valueOffset;
  }
  return offset;
}

/** A sequence of unknown VR is written in implicit VR little endian, whatever is around it (PS3.5 section 6.2.2, note 2). */
function encodingInside(element: ElementHeader, around: Encoding): Encoding {
  return element.vr === 'UN' ? IMPLICIT_LITTLE_ENDIAN : around;
}

function isDelimiter(tag: number): boolean {
  return tag === ITEM || tag === ITEM_DELIMITATION || tag === SEQUENCE_DELIMITATION;
}
