export const OBJECTS_PER_STUDY = 500;
const OBJECTS_PER_SERIES = 100;
/** SLICE_INSTANCES, as by default. */
const OBJECTS_PER_SLICE = 500;
/** Of fewer no stream is made (docs/decisions/0023-own-multipart-reader-for-series.md). */
const FEWEST_STREAMED = 8;

export function slicesOf(size: number): number {
  return Math.ceil(size / OBJECTS_PER_SLICE);
}

/**
 * How an export of small instances retrieves them: the first of a series by itself and the others as one stream, and those of
 * a series that may go on in another slice, as the first and the last of a slice may, one by one.
 */
export function countRetrievals(size: number): { readonly series: number; readonly instances: number } {
  const found = { series: 0, instances: 0 };
  const slices = slicesOf(size);
  for (let slice = 0; slice < slices; slice += 1) {
    const from = slice * OBJECTS_PER_SLICE;
    const until = Math.min(size, from + OBJECTS_PER_SLICE);
    for (let at = from; at < until; at += OBJECTS_PER_SERIES) {
      const length = Math.min(OBJECTS_PER_SERIES, until - at);
      const isCut = (at === from && slice > 0) || (at + length === until && slice < slices - 1);
      const isStream = !isCut && length >= FEWEST_STREAMED;
      found.series += isStream ? 1 : 0;
      found.instances += isStream ? 1 : length;
    }
  }
  return found;
}
