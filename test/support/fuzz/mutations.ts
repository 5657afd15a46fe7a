import { nestedStarts } from '../element-bytes.ts';
import type { Dice } from './dice.ts';
import { scanElements, type ScannedElement } from './scan-elements.ts';

/** What a file is made into, and in a word what was done, so that a failure can be read. */
export interface Mutated {
  readonly bytes: Buffer;
  readonly note: string;
}

type Mutation = (bytes: Buffer, dice: Dice, other: Buffer) => Mutated;

/** Most headers are shorter; what is behind is mutated less often. */
const HEADER_BYTES = 2048;

const VRS = 'AE AT CS DS FD IS LO OB OD OF OL OV OW PN SQ SS SV UC UI UL UN UR US UT UV ZZ aa'.split(' ');
const TAGS = [
  0x00020000, 0x00020002, 0x00020003, 0x00020010, 0x00041220, 0x00080005, 0x00080016, 0x00080018, 0x0020000d,
  0x0020000e, 0x00091001, 0x7fe00010, 0xfffee000, 0xfffee00d, 0xfffee0dd, 0xffffffff, 0,
];
const LENGTHS = [
  0, 1, 2, 3, 63, 65, 255, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
];
const DELIMITERS = ['feff00e0ffffffff', 'feff00e000000000', 'feff0de000000000', 'feffdde000000000'];
const TRANSFER_SYNTAXES = ['1.2.840.10008.1.2', '1.2.840.10008.1.2.1.99', '1.2.840.10008.1.2.2', '9'];

/** Named, and each aimed at something that a reader of headers has to be careful with. */
const MUTATIONS: readonly Mutation[] = [flip, overwrite, truncate, cutOut, insert, splice, insertDelimiter];
const STRUCTURED: readonly Mutation[] = [
  changeLength,
  changeLength,
  changeTag,
  changeVr,
  duplicate,
  swap,
  remove,
  insertElement,
  nest,
  changeTransferSyntax,
];

/**
 * A file with one to four things wrong with it.
 *
 * @param other a file to take parts of.
 */
export function mutate(bytes: Buffer, other: Buffer, dice: Dice): Mutated {
  const notes: string[] = [];
  let mutated = bytes;
  for (let left = 1 + dice.below(4); left > 0; left -= 1) {
    const mutation = dice.pick(dice.below(3) === 0 ? MUTATIONS : STRUCTURED);
    const step = mutation(mutated, dice, other);
    notes.push(step.note);
    mutated = step.bytes;
  }
  return { bytes: mutated, note: notes.join(', ') };
}

/** Mostly in the header. */
function anywhere(bytes: Buffer, dice: Dice): number {
  return dice.below(dice.below(4) === 0 ? bytes.length : Math.min(bytes.length, HEADER_BYTES));
}

function replaced(bytes: Buffer, from: number, to: number, by: Buffer, note: string): Mutated {
  return {
    bytes: Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(to)]),
    note: `${note} at ${from}`,
  };
}

function flip(bytes: Buffer, dice: Dice): Mutated {
  const at = anywhere(bytes, dice);
  const flipped = (bytes[at] ?? 0) ^ (1 << dice.below(8));
  return replaced(bytes, at, at + 1, Buffer.from([flipped]), 'flip a bit');
}

function overwrite(bytes: Buffer, dice: Dice): Mutated {
  const at = anywhere(bytes, dice);
  const noise = dice.bytes(1 + dice.below(16));
  return replaced(bytes, at, at + noise.length, noise, `overwrite ${noise.length}`);
}

function truncate(bytes: Buffer, dice: Dice): Mutated {
  const at = anywhere(bytes, dice);
  return replaced(bytes, at, bytes.length, Buffer.alloc(0), 'truncate');
}

function cutOut(bytes: Buffer, dice: Dice): Mutated {
  const at = anywhere(bytes, dice);
  const length = 1 + dice.below(64);
  return replaced(bytes, at, at + length, Buffer.alloc(0), `cut out ${length}`);
}

function insert(bytes: Buffer, dice: Dice): Mutated {
  const at = anywhere(bytes, dice);
  const noise = dice.bytes(1 + dice.below(64));
  return replaced(bytes, at, at, noise, `insert ${noise.length}`);
}

function splice(bytes: Buffer, dice: Dice, other: Buffer): Mutated {
  const at = anywhere(bytes, dice);
  const from = anywhere(other, dice);
  return replaced(bytes, at, bytes.length, other.subarray(from), `go on with the other file from ${from}`);
}

function insertDelimiter(bytes: Buffer, dice: Dice): Mutated {
  const hex = dice.pick(DELIMITERS);
  const at = elementAt(bytes, dice)?.offset ?? anywhere(bytes, dice);
  return replaced(bytes, at, at, Buffer.from(hex, 'hex'), `insert ${hex}`);
}

function elementAt(bytes: Buffer, dice: Dice): ScannedElement | undefined {
  const elements = scanElements(bytes);
  return elements.length === 0 ? undefined : dice.pick(elements);
}

/** Does something to an element; where there is none left, a bit is flipped. */
function aimed(change: (bytes: Buffer, element: ScannedElement, dice: Dice) => Mutated): Mutation {
  return (bytes, dice) => {
    const element = elementAt(bytes, dice);
    return element === undefined ? flip(bytes, dice) : change(bytes, element, dice);
  };
}

function changeLength(bytes: Buffer, dice: Dice): Mutated {
  return aimed((_, { lengthOffset, lengthBytes }) => {
    const length = dice.below(3) === 0 ? Math.max(0, bytes.length - 5 + dice.below(10)) : dice.pick(LENGTHS);
    const field = Buffer.alloc(4);
    field.writeUInt32LE(length >>> 0);
    const by = field.subarray(0, lengthBytes);
    return replaced(bytes, lengthOffset, lengthOffset + lengthBytes, by, `length ${length}`);
  })(bytes, dice, bytes);
}

function changeTag(bytes: Buffer, dice: Dice): Mutated {
  return aimed((_, { offset }) => {
    const tag = dice.pick(TAGS);
    return replaced(bytes, offset, offset + 4, tagBytes(tag), `tag ${tag.toString(16)}`);
  })(bytes, dice, bytes);
}

function changeVr(bytes: Buffer, dice: Dice): Mutated {
  return aimed((_, { offset, vrOffset = offset + 4 }) => {
    const vr = dice.pick(VRS);
    return replaced(bytes, vrOffset, vrOffset + 2, Buffer.from(vr), `VR ${vr}`);
  })(bytes, dice, bytes);
}

function duplicate(bytes: Buffer, dice: Dice): Mutated {
  return aimed((_, { offset, end }) => {
    const times = dice.pick([1, 1, 2, 50]);
    const copies = Array.from({ length: times }, () => bytes.subarray(offset, Math.min(end, offset + 512)));
    return replaced(bytes, offset, offset, Buffer.concat(copies), `repeat an element ${times} times`);
  })(bytes, dice, bytes);
}

function swap(bytes: Buffer, dice: Dice): Mutated {
  return aimed((_, first) => {
    const second = elementAt(bytes, dice) ?? first;
    const [a, b] = first.offset < second.offset ? [first, second] : [second, first];
    if (a.end > b.offset) return flip(bytes, dice);
    const by = [
      bytes.subarray(b.offset, b.end),
      bytes.subarray(a.end, b.offset),
      bytes.subarray(a.offset, a.end),
    ];
    return replaced(bytes, a.offset, b.end, Buffer.concat(by), `swap with ${b.offset} an element`);
  })(bytes, dice, bytes);
}

function remove(bytes: Buffer, dice: Dice): Mutated {
  return aimed((_, { offset, end }) => replaced(bytes, offset, end, Buffer.alloc(0), 'remove an element'))(
    bytes,
    dice,
    bytes,
  );
}

function insertElement(bytes: Buffer, dice: Dice): Mutated {
  return aimed((_, { offset }) => {
    const vr = dice.pick(['OB', 'UN', 'SQ', 'UT', 'UI']);
    const length = dice.pick(LENGTHS);
    const start = Buffer.concat([tagBytes(dice.pick(TAGS)), Buffer.from(`${vr}\0\0`), Buffer.alloc(4)]);
    start.writeUInt32LE(length, 8);
    return replaced(bytes, offset, offset, start, `insert an element of VR ${vr} and length ${length}`);
  })(bytes, dice, bytes);
}

function nest(bytes: Buffer, dice: Dice): Mutated {
  return aimed((_, { offset }) => {
    const depth = dice.pick([1, 3, 511, 512, 513]);
    return replaced(bytes, offset, offset, nestedStarts(0x00081140, depth), `open ${depth} sequences`);
  })(bytes, dice, bytes);
}

function changeTransferSyntax(bytes: Buffer, dice: Dice): Mutated {
  const at = bytes.indexOf(tagBytes(0x00020010));
  const element = scanElements(bytes).find(({ offset }) => offset === at);
  if (element === undefined) return flip(bytes, dice);
  const uid = dice.pick(TRANSFER_SYNTAXES);
  // Its length may be another mutation's, and anything.
  const end = Math.min(element.end, element.valueOffset + 64);
  const by = Buffer.alloc(end - element.valueOffset);
  by.write(uid);
  return replaced(bytes, element.valueOffset, end, by, `transfer syntax ${uid}`);
}

function tagBytes(tag: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16LE(tag >>> 16, 0);
  bytes.writeUInt16LE(tag & 0xffff, 2);
  return bytes;
}
