/**
 * The child's end of a conversation with the benchmark: says once that it is ready, then answers every question.
 *
 * The process ends with the benchmark, however that ends.
 *
 * @throws Error in a process that no benchmark has started.
 */
export function answerParent(ready: unknown, answer: (question: unknown) => unknown): void {
  const send = process.send?.bind(process);
  if (send === undefined) throw new Error('This file is started by a benchmark: npm run bench -- --help');
  process.on('message', (question) => {
    // Also work that takes its time; a failure ends the process, which the benchmark hears of.
    void Promise.resolve(answer(question)).then(send);
  });
  process.on('disconnect', () => process.exit());
  send(ready);
}
