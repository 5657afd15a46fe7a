/** Names of an export's documents in the state bucket. All of them are created once and never changed. */

/** Says which plan is the plan, and that all of it is there. */
export function planName(id: string): string {
  return `exports/${id}/plan.json`;
}

/** @param token of the attempt that wrote it: two deliveries that plan at once must not mix their slices. */
export function planSliceName(id: string, token: string, slice: number): string {
  return `exports/${id}/plan/${token}/${formatNumber(slice)}.jsonl`;
}

/** Everything that tells how far a slice has come. */
export function sliceFolder(id: string, slice: number): string {
  return `exports/${id}/slices/${formatNumber(slice)}/`;
}

/** Everything that tells how often planning has run out of time. */
export function planningFolder(id: string): string {
  return `exports/${id}/planning/`;
}

export function partsFolder(id: string): string {
  return `exports/${id}/parts/`;
}

/** What became of the instances of a slice, once all of them have an outcome. */
export function partName(id: string, slice: number): string {
  return `${partsFolder(id)}${formatNumber(slice)}.jsonl`;
}

/** Says that the final report has been published. */
export function publishedName(id: string): string {
  return `exports/${id}/published.json`;
}

/** Where the final report is in the records bucket. */
export function exportRecordName(id: string, acceptedAtMs: number): string {
  return `audit/exports/${new Date(acceptedAtMs).toISOString().slice(0, 10)}/${id}.json`;
}

/** With leading zeros, so that a listing is in order. */
function formatNumber(slice: number): string {
  return String(slice).padStart(6, '0');
}
