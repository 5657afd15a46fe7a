import { corpusFiles } from '../corpus.ts';
import { makeDicom, TRANSFER_SYNTAX, tripleOf } from '../synthetic-dicom.ts';
import { Dice } from './dice.ts';
import { mutate } from './mutations.ts';

/** A file that mutations begin with. */
interface FuzzBase {
  readonly name: string;
  readonly bytes: Buffer;
  /** Replaced, so that no two mutated files claim to be one instance. */
  readonly sopInstanceUid: string;
}

/** A mutated file, and how to get it again. */
export interface FuzzFile {
  readonly number: number;
  readonly bytes: Buffer;
  /** Seed, number, base and mutations in one line. */
  readonly recipe: string;
}

/** Headers are shorter; of what is behind them the worker reads nothing. */
const LONGEST_BYTES = 32 * 1024;
const UNIQUE_DIGITS = 8;

/** Mutated files by number: the same for the same seed and the same corpus. */
export class FuzzFiles {
  readonly #seed: string;
  readonly #bases: readonly FuzzBase[];

  constructor(seed: string) {
    this.#seed = seed;
    this.#bases = [...realBases(), ...syntheticBases()];
  }

  *range(first: number, count: number): Generator<FuzzFile> {
    for (let number = first; number < first + count; number += 1) yield this.make(number);
  }

  make(number: number): FuzzFile {
    const dice = new Dice(this.#seed, String(number));
    const base = dice.pick(this.#bases);
    const other = dice.pick(this.#bases);
    const { bytes, note } = mutate(withUid(base, number), other.bytes, dice);
    return {
      number,
      bytes,
      recipe: `seed ${this.#seed}, file ${number}, of ${base.name} and ${other.name}: ${note}`,
    };
  }
}

function realBases(): FuzzBase[] {
  return corpusFiles().map((file) => ({
    name: file.path,
    bytes: file.read().subarray(0, LONGEST_BYTES),
    sopInstanceUid: file.sopInstanceUid,
  }));
}

function syntheticBases(): FuzzBase[] {
  const sequence = [
    [{ tag: '0020000D', vr: 'UI', value: '9.9' }],
    [{ tag: '00080018', vr: 'UI', value: '9' }],
  ];
  return Object.entries(TRANSFER_SYNTAX).map(([name, transferSyntax]) => {
    const options = {
      seed: name,
      transferSyntax,
      elements: [{ tag: '00081140', vr: 'SQ', value: sequence }],
    };
    return {
      name: `synthetic ${name}`,
      bytes: makeDicom(options),
      sopInstanceUid: tripleOf(options).instance,
    };
  });
}

/** The file with a SOP instance UID of its own, of the same length, wherever the old one stands. */
function withUid({ bytes, sopInstanceUid }: FuzzBase, number: number): Buffer {
  const kept = sopInstanceUid.slice(0, -UNIQUE_DIGITS);
  if (kept.length < 2) return bytes;
  const own = Buffer.from(bytes);
  const uid = kept + String(10 ** (UNIQUE_DIGITS - 1) + number);
  for (let at = own.indexOf(sopInstanceUid); at >= 0; at = own.indexOf(sopInstanceUid, at + 1))
    own.write(uid, at);
  return own;
}
