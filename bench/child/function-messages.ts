/** What the process of a function says once it listens. */
export interface FunctionReady {
  readonly port: number;
  /** How long the function's own module took to load; the framework had been loaded before. */
  readonly importMs: number;
}

/** Both since the process was started. */
export interface FunctionUsage {
  readonly cpuMs: number;
  readonly peakMemoryBytes: number;
}
