import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Fingerprint } from './fingerprint.ts';

type Entry = readonly [name: string, sizeBytes: number, modifiedMs: number] | readonly [name: string];

/**
 * Remembers which files have been uploaded, through restarts.
 *
 * A line is appended for every change, so that a killed process forgets nothing but what it was just doing;
 * then that file is uploaded once more, which does no harm.
 */
export class UploadLedger {
  readonly #path: string;
  readonly #uploaded = new Map<string, Fingerprint>();

  constructor(path: string) {
    this.#path = path;
    if (!existsSync(path)) return;
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      const entry = parseEntry(line);
      if (entry !== undefined) this.#apply(entry);
    }
    this.#compact();
  }

  get names(): readonly string[] {
    return [...this.#uploaded.keys()];
  }

  has(name: string, fingerprint: Fingerprint): boolean {
    const known = this.#uploaded.get(name);
    return known?.sizeBytes === fingerprint.sizeBytes && known.modifiedMs === fingerprint.modifiedMs;
  }

  remember(name: string, { sizeBytes, modifiedMs }: Fingerprint): void {
    this.#append([name, sizeBytes, modifiedMs]);
  }

  /** The file is gone: one that is dropped in its place is new, whatever it looks like. */
  forget(name: string): void {
    if (this.#uploaded.has(name)) this.#append([name]);
  }

  #append(entry: Entry): void {
    this.#apply(entry);
    appendFileSync(this.#path, `${JSON.stringify(entry)}\n`);
  }

  #apply(entry: Entry): void {
    if (entry.length === 1) {
      this.#uploaded.delete(entry[0]);
      return;
    }
    const [name, sizeBytes, modifiedMs] = entry;
    this.#uploaded.set(name, { sizeBytes, modifiedMs });
  }

  /** Without the lines that later ones have overtaken, and by rename, so that it is never half written. */
  #compact(): void {
    const lines = [...this.#uploaded].map(([name, { sizeBytes, modifiedMs }]) =>
      JSON.stringify([name, sizeBytes, modifiedMs] satisfies Entry),
    );
    writeFileSync(`${this.#path}.new`, lines.map((line) => `${line}\n`).join(''));
    renameSync(`${this.#path}.new`, this.#path);
  }
}

/** Undefined for a line that was cut short when the process died. */
function parseEntry(line: string): Entry | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed) || typeof parsed[0] !== 'string') return undefined;
  if (parsed.length === 1) return [parsed[0]];
  const [name, sizeBytes, modifiedMs] = parsed as unknown[];
  if (typeof sizeBytes !== 'number' || typeof modifiedMs !== 'number') return undefined;
  return [name as string, sizeBytes, modifiedMs];
}
