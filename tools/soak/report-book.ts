/** An object as reports name it. */
export function objectKey(name: string, generation: string): string {
  return `${name}#${generation}`;
}

interface Report {
  readonly reportId: string;
  readonly kind: string;
  readonly final: boolean;
  readonly outcome?: string;
  readonly reason?: string | null;
  readonly object?: { readonly name: string; readonly generation: string } | null;
  readonly status?: string;
  readonly targets?: readonly { readonly outcome: string; readonly reason: string | null }[];
}

interface KnownCommand {
  readonly status: string;
  /** What became of its targets, each outcome once, with its reason. */
  readonly outcomes: readonly string[];
  readonly texts: Set<string>;
}

/** Every final report that was published, deduplicated as a reader would. */
export class ReportBook {
  /** By object, or by the report's id where it names none: how many reports, and by their ids the outcomes that they tell. */
  readonly objects = new Map<string, { count: number; readonly words: Map<string, Set<string>> }>();
  /** By reportId. What is done is made once, so that every repeat has the same text. */
  readonly commands = new Map<string, KnownCommand>();
  /** When the last one came, by the clock of `performance.now()`. */
  lastAtMs = performance.now();
  count = 0;

  add(published: object): void {
    const report = published as Report;
    this.lastAtMs = performance.now();
    this.count += 1;
    if (report.kind === 'ingest') this.#addObject(report);
    else if (report.final) this.#addCommand(report);
  }

  /** All outcomes that were told of an object. */
  wordsOf(key: string): string[] {
    return [...(this.objects.get(key)?.words.values() ?? [])].flatMap((words) => [...words]);
  }

  #addObject({ reportId, object, outcome = '', reason }: Report): void {
    const key = object == null ? reportId : objectKey(object.name, object.generation);
    const known = this.objects.get(key) ?? { count: 0, words: new Map<string, Set<string>>() };
    known.count += 1;
    // Where the bytes were stored before, both words are one.
    const stored = outcome === 'already-stored' ? 'stored' : outcome;
    const words = known.words.get(reportId) ?? new Set();
    words.add(reason == null ? stored : `${stored} ${reason}`);
    known.words.set(reportId, words);
    this.objects.set(key, known);
  }

  #addCommand(report: Report): void {
    const { reportId, status = '', targets = [] } = report;
    const outcomes = [
      ...new Set(targets.map(({ outcome, reason }) => [outcome, reason ?? ''].join(' ').trim())),
    ];
    const known = this.commands.get(reportId) ?? { status, outcomes, texts: new Set<string>() };
    // A refusal is made at each delivery; what is done is made once, and told again.
    const text = reportId.includes(':refused:') ? status : JSON.stringify(report);
    known.texts.add(text);
    this.commands.set(reportId, known);
  }
}
