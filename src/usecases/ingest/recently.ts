import type { Clock } from '../../ports/clock.ts';

/** Answers that are asked for once and then remembered for a while. */
export interface Recently<T> {
  /** The remembered answer, or a new one. Those who ask at the same moment share one question. A failure is not remembered. */
  get(key: string, ask: () => Promise<T>): Promise<T>;
}

/**
 * @param lifetimeMs how long an answer is believed.
 * @param capacity how many answers are kept; the one asked for longest ago goes first.
 */
export function makeRecently<T>(clock: Clock, lifetimeMs: number, capacity: number): Recently<T> {
  const answers = new Map<string, { readonly askedAt: number; readonly answer: Promise<T> }>();
  return {
    get(key, ask) {
      const known = answers.get(key);
      if (known !== undefined && clock.now() - known.askedAt < lifetimeMs) {
        // The one who asked may have failed for a reason of his own, as the end of his time.
        return known.answer.catch(ask);
      }
      const answer = ask();
      const entry = { askedAt: clock.now(), answer };
      answers.delete(key);
      answers.set(key, entry);
      answer.catch(() => {
        if (answers.get(key) === entry) answers.delete(key);
      });
      const [oldest] = answers.keys();
      if (answers.size > capacity && oldest !== undefined) answers.delete(oldest);
      return answer;
    },
  };
}
