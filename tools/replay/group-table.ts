/** Counts what is alike, for a table; bounded, whatever comes. */
export class GroupTable {
  readonly #header: readonly string[];
  readonly #groups = new Map<
    string,
    { readonly cells: readonly string[]; count: number; oldestMs: number }
  >();

  /** @param header the names of the cells. */
  constructor(header: readonly string[]) {
    this.#header = header;
  }

  /** @param sinceMs how old it is; undefined where nobody knows. */
  add(cells: readonly string[], sinceMs: number | undefined): void {
    const isKnown = this.#groups.has(JSON.stringify(cells));
    const shown = isKnown || this.#groups.size < MOST_GROUPS ? cells : REST;
    const key = JSON.stringify(shown);
    const group = this.#groups.get(key) ?? { cells: shown, count: 0, oldestMs: -1 };
    group.count += 1;
    group.oldestMs = Math.max(group.oldestMs, sinceMs ?? -1);
    this.#groups.set(key, group);
  }

  format(): string {
    const rows = [...this.#groups.values()]
      .sort((one, other) => other.count - one.count)
      .map(({ cells, count, oldestMs }) => [String(count), ...cells, formatAge(oldestMs)]);
    const table = [['count', ...this.#header, 'oldest'], ...rows];
    const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
    const line = (row: readonly string[]): string =>
      row
        .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
        .join('  ')
        .trimEnd();
    return `${table.map(line).join('\n')}\n`;
  }
}

const MOST_GROUPS = 200;
const REST: readonly string[] = ['others'];

function formatAge(ms: number): string {
  if (ms < 0) return '-';
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 120) return `${minutes}m`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / 1440)}d`;
}
