/** Where an element stands in a file, as far as its header can be believed. */
export interface ScannedElement {
  readonly offset: number;
  /** Undefined where there is none, as in implicit VR and in items. */
  readonly vrOffset: number | undefined;
  readonly lengthOffset: number;
  readonly lengthBytes: 2 | 4;
  readonly valueOffset: number;
  /** Where the next one begins; the insides of sequences and items are elements too. */
  readonly end: number;
}

/** After the preamble and `DICM`. */
const FILE_META = 132;
/** An instance says who it is long before so many elements. */
const MOST_ELEMENTS = 400;
const SHORT_VRS = new Set('AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US'.split(' '));

/**
 * The elements at the beginning of a file, walked without any judgement, to have something to aim mutations at.
 *
 * It goes into sequences and items, ends where what it finds is no element, and shares no code with the reader under test.
 */
export function scanElements(bytes: Buffer): ScannedElement[] {
  const elements: ScannedElement[] = [];
  let offset = bytes.toString('latin1', 128, 132) === 'DICM' ? FILE_META : 0;
  while (offset + 12 <= bytes.length && elements.length < MOST_ELEMENTS) {
    const element = scanElement(bytes, offset);
    elements.push(element);
    if (element.end > bytes.length) break;
    offset = element.end;
  }
  return elements;
}

function scanElement(bytes: Buffer, offset: number): ScannedElement {
  const group = bytes.readUInt16LE(offset);
  const vr = bytes.toString('latin1', offset + 4, offset + 6);
  const isExplicit = group !== 0xfffe && /^[A-Z]{2}$/.test(vr);
  if (isExplicit && SHORT_VRS.has(vr)) {
    const valueOffset = offset + 8;
    const end = valueOffset + bytes.readUInt16LE(offset + 6);
    return { offset, vrOffset: offset + 4, lengthOffset: offset + 6, lengthBytes: 2, valueOffset, end };
  }
  const lengthOffset = isExplicit ? offset + 8 : offset + 4;
  const valueOffset = lengthOffset + 4;
  const length = bytes.readUInt32LE(lengthOffset);
  const isEntered = length === 0xffffffff || group === 0xfffe || vr === 'SQ';
  return {
    offset,
    vrOffset: isExplicit ? offset + 4 : undefined,
    lengthOffset,
    lengthBytes: 4,
    valueOffset,
    end: isEntered ? valueOffset : valueOffset + length,
  };
}
