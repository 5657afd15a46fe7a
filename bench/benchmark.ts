export interface BenchmarkOptions {
  /** A shorter run, for a first look; its figures are less steady. */
  readonly isQuick: boolean;
  /** Objects in each round of each row, in the place of the benchmark's own numbers. */
  readonly objects?: number;
  /** Pushes in flight at a time. */
  readonly concurrency: number;
  /** Told what is being measured, for a person who waits. */
  readonly onProgress: (text: string) => void;
}

export interface BenchmarkReport {
  /** Everything that was found, for programs: the body of the JSON document. */
  readonly document: object;
  /** The same for people: a table, with aims next to the figures. */
  readonly text: string;
  /** What went wrong, in sentences; a benchmark with failures has measured nothing. */
  readonly failures: readonly string[];
  /** Drawings, to be written beside the JSON document. */
  readonly drawings?: readonly Drawing[];
}

export interface Drawing {
  /** Without the suffix. */
  readonly name: string;
  readonly svg: string;
}

/** One of the benchmarks that can be run by name. */
export interface Benchmark {
  readonly name: string;
  /** One line of help. */
  readonly summary: string;
  run(options: BenchmarkOptions): Promise<BenchmarkReport>;
}
