/** A calendar period: ISO 8601, of years, months, weeks and days. */
export interface Period {
  readonly months: number;
  readonly days: number;
}

/** ISO 8601, without times of day. It also lets `P` pass, which is no time at all. */
export const PERIOD = /^P(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?$/;

/** The period in a text such as `P1Y`, `P18M` or `P365D`; undefined when it is none, or no time at all. */
export function parsePeriod(text: string): Period | undefined {
  const match = PERIOD.exec(text);
  if (match === null) return undefined;
  const part = (group: number): number => Number(match[group] ?? 0);
  const period = { months: part(1) * 12 + part(2), days: part(3) * 7 + part(4) };
  return period.months === 0 && period.days === 0 ? undefined : period;
}

/**
 * The day so long before a moment, in UTC, as `YYYY-MM-DD`.
 *
 * What lies before that day is older than the period by any reading of it. A month is a calendar month; where the
 * earlier month has no such day, its last one counts.
 *
 * @param nowMs milliseconds since the epoch.
 */
export function dayBefore(nowMs: number, { months, days }: Period): string {
  const now = new Date(nowMs);
  const firstOfMonth = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1);
  const first = new Date(firstOfMonth);
  const lastOfMonth = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  const day = Math.min(now.getUTCDate(), lastOfMonth);
  const at = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), day - days));
  return formatDay(Math.max(at.getTime(), 0));
}

/** @param atMs milliseconds since the epoch. @returns `YYYY-MM-DD`, in UTC. */
export function formatDay(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** The day that a DICOM date (VR DA, `YYYYMMDD`) names, as `YYYY-MM-DD`; undefined when there is no such day. */
export function parseDicomDate(text: string): string | undefined {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(text.trim()) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const written = `${year}-${month}-${day}`;
  // Date.UTC turns the 31st of February into a day of March, and years below 100 into others.
  return new Date(at).toISOString().startsWith(written) ? written : undefined;
}
