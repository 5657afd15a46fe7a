import type { MarkedContents } from './messages.ts';
import type { Entry } from './store.ts';

/** So many series has each study of a cleanup, of one instance each. */
export const SERIES_PER_STUDY = 4;

const LONG_AGO = '2001-01-01';

/** What a store has of them, and the names of the markers that ingest has left. */
export function makeMarkedSeries(
  { markedSeries, dueEvery }: MarkedContents,
  today: string,
): { readonly entries: readonly Entry[]; readonly markers: readonly string[] } {
  const entries = Array.from({ length: markedSeries }, (_, number): Entry => {
    const study = uid(1, Math.floor(number / SERIES_PER_STUDY));
    return { number, study, series: uid(2, number), instance: uid(3, number) };
  });
  const markers = entries.map(({ number, study, series }) => {
    const isDue = Math.floor(number / SERIES_PER_STUDY) % dueEvery === 0;
    return `ingested/${study}/${series}/${isDue ? LONG_AGO : today}`;
  });
  return { entries, markers };
}

/** Of one length, so that their order is that of the numbers. */
function uid(kind: number, number: number): string {
  return `2.25.${kind}${String(number).padStart(12, '0')}`;
}
