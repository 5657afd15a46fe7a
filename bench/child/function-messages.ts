/** What the process of a function says once it listens. */
export interface FunctionReady {
  readonly port: number;
  /** How long the function's own module took to load; the framework had been loaded before. */
  readonly importMs: number;
}

export interface FunctionUsage {
  /** User and system time since the process was started. */
  readonly cpuMs: number;
  /** The most since the process was started. */
  readonly peakMemoryBytes: number;
  /** Resident at this moment. */
  readonly memoryBytes: number;
}
