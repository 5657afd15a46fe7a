/** Where the worker leaves messages for itself. */
export interface MessagePublisher {
  /**
   * Returns once all messages have been accepted. Tried once; after a failure some of them may have been.
   *
   * @param messages plain JSON, at most 1000.
   */
  publish(messages: readonly unknown[], signal: AbortSignal): Promise<void>;
}
