export const OBJECTS_PER_STUDY = 500;
const OBJECTS_PER_SERIES = 100;
/** SLICE_INSTANCES, as by default; series are kept together, and a slice holds five of these. */
const OBJECTS_PER_SLICE = 500;
/** Of fewer no stream is made (docs/decisions/0023-own-multipart-reader-for-series.md). */
const FEWEST_STREAMED = 8;

export function slicesOf(size: number): number {
  return Math.ceil(size / OBJECTS_PER_SLICE);
}

/** How an export of small instances retrieves them: the first of a series by itself, the others as one stream. */
export function countRetrievals(size: number): { readonly series: number; readonly instances: number } {
  const whole = Math.floor(size / OBJECTS_PER_SERIES);
  const rest = size % OBJECTS_PER_SERIES;
  const isRestStream = rest >= FEWEST_STREAMED;
  return {
    series: whole + (isRestStream ? 1 : 0),
    instances: whole + (isRestStream ? 1 : rest),
  };
}
