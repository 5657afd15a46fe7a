import { GoogleError } from '../http/google-error.ts';

/** What a request of a resumable upload says it carries. Numbers are bytes; undefined means `*`. */
export interface ContentRange {
  /** Undefined for a question how far the upload has come: a range of `*`. */
  readonly first: number | undefined;
  /** Inclusive; undefined when the range is open, i.e. ends where the request's body ends. */
  readonly last: number | undefined;
  readonly total: number | undefined;
}

/**
 * @returns undefined without a header: then the request carries the whole object.
 * @throws GoogleError 400 for anything but the forms of the resumable protocol.
 */
export function parseContentRange(header: string | undefined): ContentRange | undefined {
  if (header === undefined) return undefined;
  const parts = /^bytes (?:\*|(\d+)-(\d+|\*))\/(\d+|\*)$/.exec(header.trim());
  if (parts === null)
    throw new GoogleError(400, `Failed to parse Content-Range header: ${header}`, 'badRequest');
  const [first, last, total] = [toNumber(parts[1]), toNumber(parts[2]), toNumber(parts[3])];
  const isEmpty = first !== undefined && last !== undefined && last < first;
  if (isEmpty || (last !== undefined && total !== undefined && last >= total)) {
    throw new GoogleError(400, `Invalid Content-Range header: ${header}`, 'badRequest');
  }
  return { first, last, total };
}

function toNumber(text: string | undefined): number | undefined {
  return text === undefined || text === '*' ? undefined : Number(text);
}
