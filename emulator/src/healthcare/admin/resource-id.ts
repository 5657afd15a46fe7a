import { GoogleError } from '../../http/google-error.ts';
import { isResourceId } from '../routes.ts';

/**
 * The id of a resource to be made, from the query parameter that carries it.
 *
 * @throws GoogleError 400 unless it is 1 to 256 letters, digits, underscores, hyphens and periods.
 */
export function requireResourceId(query: URLSearchParams, parameter: string): string {
  const id = query.get(parameter) ?? '';
  if (isResourceId(id)) return id;
  throw new GoogleError(400, `invalid ${parameter} "${id}": must match [\\p{L}\\p{N}_\\-\\.]{1,256}`);
}
