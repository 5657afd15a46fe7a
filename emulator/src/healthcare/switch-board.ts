import { GoogleError } from '../http/google-error.ts';
import { Fields } from '../http/faults/fields.ts';
import { DEFAULT_SWITCHES, type HealthcareSwitches } from './switches.ts';

/** The switches of a running stand-in, which can be changed at any time. A request sees those of its beginning. */
export class SwitchBoard {
  readonly #initial: HealthcareSwitches;
  #current: HealthcareSwitches;

  /** @param chosen where they differ from the defaults. */
  constructor(chosen: Partial<HealthcareSwitches> = {}) {
    this.#initial = { ...DEFAULT_SWITCHES, ...chosen };
    this.#current = this.#initial;
  }

  get current(): HealthcareSwitches {
    return this.#current;
  }

  /**
   * Sets the switches that an object names, and leaves the others.
   *
   * @throws GoogleError 400 for a name or a value that does not exist; then nothing is set.
   */
  set(changes: unknown): void {
    const fields = new Fields(changes, 'switches');
    const entries = Object.entries(VALUES).flatMap(([name, { isValue, expected }]): [string, unknown][] => {
      if (!fields.has(name)) return [];
      const value = fields.take(name);
      if (!isValue(value)) throw new GoogleError(400, `switches.${name}: has to be ${expected}.`);
      return [[name, value]];
    });
    fields.end();
    this.#current = { ...this.#current, ...Object.fromEntries(entries) };
  }

  /** Back to those of the start. */
  reset(): void {
    this.#current = this.#initial;
  }
}

/** What a switch may be set to. */
interface Values<Value> {
  readonly isValue: (value: unknown) => value is Value;
  readonly expected: string;
}

function oneOf<const All extends readonly (string | number)[]>(...values: All): Values<All[number]> {
  return {
    isValue: (value): value is All[number] => values.some((allowed) => allowed === value),
    expected: values.join(' or '),
  };
}

function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): Values<number> {
  return {
    isValue: (value): value is number =>
      Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
    expected: `a whole number of at least ${least}${most === Number.MAX_SAFE_INTEGER ? '' : ` and at most ${most}`}`,
  };
}

function either<One, Other>(one: Values<One>, other: Values<Other>): Values<One | Other> {
  return {
    isValue: (value): value is One | Other => one.isValue(value) || other.isValue(value),
    expected: `${one.expected}, or ${other.expected}`,
  };
}

const VALUES: { readonly [Name in keyof HealthcareSwitches]: Values<HealthcareSwitches[Name]> } = {
  missingStoreStatus: oneOf(403, 404),
  missingResourceStatus: oneOf(403, 404),
  identicalDuplicate: oneOf('stored', 'conflict'),
  duplicateDetail: oneOf('already-exists', 'checksum-mismatch'),
  otherStudyStatus: oneOf(400, 409),
  aboveMaximum: oneOf('clamp', 'reject'),
  emptySearch: oneOf('no-content', 'empty-list'),
  uidGrammar: oneOf('loose', 'strict'),
  sopClassUid: oneOf('required', 'optional'),
  jsonErrors: oneOf('object', 'array'),
  missingTargetStatus: oneOf(200, 403, 404),
  secondDeletion: oneOf('operation', 400, 409),
  storeDuringDeletion: oneOf(400, 409, 503),
  deletionAnswer: oneOf('operation', 'empty', 'no-content', 'lost'),
  operationLengthMs: either(wholeNumber(0), oneOf('held')),
  operationOutcome: oneOf('success', 'partial', 'error', 'cancelled'),
  operationErrorCode: wholeNumber(1, 16),
  instancesLeft: wholeNumber(0),
  operationCounter: oneOf('shown', 'absent'),
  cancellation: oneOf('ends', 'ignored'),
  operationRecords: oneOf('kept', 'lost'),
  operationRecordsMs: wholeNumber(0),
  unknownOperationStatus: oneOf(403, 404),
  searchLagMs: wholeNumber(0),
};
