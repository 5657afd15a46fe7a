import type { Target } from '../domain/dicom/target.ts';

/** A tag as DICOM JSON writes it: eight hexadecimal digits in upper case, e.g. `0020000D`. */
export type Tag = string;

/** One page of a search (QIDO-RS). */
export interface SearchQuery {
  readonly level: 'studies' | 'series' | 'instances';
  /** Only what belongs to this study or series; null for the whole store. */
  readonly within: Target | null;
  /** Attributes that have to match, as the store matches them: exactly, but for a range of StudyDate. */
  readonly filter?: Readonly<Record<Tag, string>>;
  /** Attributes wanted beside the UIDs of every level down to `level`, which are always asked for. */
  readonly include?: readonly Tag[];
  readonly limit: number;
  readonly offset: number;
}

/** The wanted attributes of one match: values as text, of a person's name the alphabetic form. What has no value is absent. */
export type FoundAttributes = Readonly<Record<Tag, readonly string[]>>;

/** The search of a DICOM store. */
export interface DicomSearch {
  /**
   * Asks for one page. Tried once; failures are domain errors.
   *
   * A store may give fewer matches than there are, up to its own maximum, without saying so: only an empty page is the end.
   *
   * @returns the matches, in no order that means anything; `[]` when there are no more, or none.
   */
  search(query: SearchQuery, signal: AbortSignal): Promise<readonly FoundAttributes[]>;
}
