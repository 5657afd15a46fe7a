/** What came of a step: words for the line that says that it passed, or why it did not apply. */
export interface StepResult {
  readonly kind: 'passed' | 'passed over';
  readonly words: string;
}

export const passed = (words: string): StepResult => ({ kind: 'passed', words });
export const passedOver = (words: string): StepResult => ({ kind: 'passed over', words });

/** Runs steps one after another and prints a line for each; after one that failed, no other is run. */
export class StepList {
  readonly #print: (line: string) => void;
  readonly #now: () => number;
  hasFailed = false;

  /** @param now in milliseconds. */
  constructor(print: (line: string) => void, now: () => number) {
    this.#print = print;
    this.#now = now;
  }

  async run(name: string, work: () => Promise<StepResult>): Promise<void> {
    if (!this.hasFailed) await this.#run(name, work);
  }

  /** Runs a step also after one has failed: what is to be taken away is taken away in any case. */
  async runAnyway(name: string, work: () => Promise<StepResult>): Promise<void> {
    await this.#run(name, work);
  }

  async #run(name: string, work: () => Promise<StepResult>): Promise<void> {
    const startedAt = this.#now();
    const line = (mark: string, words: string): void => {
      const seconds = ((this.#now() - startedAt) / 1000).toFixed(1);
      this.#print(`${mark} ${name.padEnd(12)} ${seconds.padStart(6)} s  ${words}`);
    };
    try {
      const { kind, words } = await work();
      line(kind === 'passed' ? '✓' : '–', kind === 'passed' ? words : `PASSED OVER: ${words}`);
    } catch (error) {
      this.hasFailed = true;
      line('✗', error instanceof Error ? error.message : String(error));
    }
  }
}
