/** What would have shown it did not come about. */
export class NotTriedError extends Error {
  override readonly name = 'NotTriedError';
}
