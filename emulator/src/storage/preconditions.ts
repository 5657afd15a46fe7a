import { GoogleError } from '../http/google-error.ts';
import { expectInt64 } from './json.ts';

/** What must hold of the object for a request to be carried out. Generation 0 means that there is none. */
export interface Preconditions {
  readonly ifGenerationMatch?: number;
  readonly ifGenerationNotMatch?: number;
  readonly ifMetagenerationMatch?: number;
  readonly ifMetagenerationNotMatch?: number;
}

type Versioned = { readonly generation: number; readonly metageneration: number } | undefined;

/**
 * Reads the preconditions of a query.
 *
 * @param about `Source` for those that speak of the source of a copy, e.g. `ifSourceGenerationMatch`.
 * @throws GoogleError 400 for a value that is no integer.
 */
export function parsePreconditions(query: URLSearchParams, about: '' | 'Source' = ''): Preconditions {
  const read = (name: string): number | undefined => {
    const value = query.get(name);
    return value === null ? undefined : expectInt64(value, name);
  };
  const entries = {
    ifGenerationMatch: read(`if${about}GenerationMatch`),
    ifGenerationNotMatch: read(`if${about}GenerationNotMatch`),
    ifMetagenerationMatch: read(`if${about}MetagenerationMatch`),
    ifMetagenerationNotMatch: read(`if${about}MetagenerationNotMatch`),
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}

/** @throws GoogleError 412 when one does not hold. `current` is undefined where there is no object. */
export function checkForWrite(preconditions: Preconditions, current: Versioned): void {
  if (!matches(preconditions, current) || !differs(preconditions, current)) {
    throw conditionNotMet();
  }
}

/** @throws GoogleError 412 for a Match that does not hold, 304 for a NotMatch that does not. */
export function checkForRead(preconditions: Preconditions, current: Versioned): void {
  if (!matches(preconditions, current)) throw conditionNotMet();
  if (!differs(preconditions, current)) throw new GoogleError(304, 'Not Modified', 'notModified');
}

export function conditionNotMet(): GoogleError {
  return new GoogleError(
    412,
    'At least one of the pre-conditions you specified did not hold.',
    'conditionNotMet',
  );
}

function matches({ ifGenerationMatch, ifMetagenerationMatch }: Preconditions, current: Versioned): boolean {
  if (ifGenerationMatch !== undefined && ifGenerationMatch !== (current?.generation ?? 0)) return false;
  return ifMetagenerationMatch === undefined || ifMetagenerationMatch === current?.metageneration;
}

function differs(preconditions: Preconditions, current: Versioned): boolean {
  const { ifGenerationNotMatch, ifMetagenerationNotMatch } = preconditions;
  if (ifGenerationNotMatch !== undefined && ifGenerationNotMatch === (current?.generation ?? 0)) return false;
  return ifMetagenerationNotMatch === undefined || ifMetagenerationNotMatch !== current?.metageneration;
}
