/** How pushes are paced and judged. Where Google documents no number, the default is an assumption. */
export interface PushOptions {
  /**
   * Status codes that acknowledge a message.
   *
   * @default 102, 200, 201, 202, 204, as cloud.google.com/pubsub/docs/push lists them. Google's own emulator
   * leaves 202 out.
   */
  readonly ackStatuses: ReadonlySet<number>;
  /** Requests in flight at the start. @default 3 */
  readonly initialWindow: number;
  /**
   * The most requests in flight for one subscription.
   *
   * @default 100; on Google Cloud 3,000 and more, which one machine has no sockets for.
   */
  readonly maximumWindow: number;
  /**
   * The same for single subscriptions, by ID: where the endpoint takes no more requests at once, as Cloud Run
   * lets no more into an instance than its concurrency.
   *
   * @default {}
   */
  readonly maximumWindows: Readonly<Record<string, number>>;
  /** The most message bytes in flight for one subscription. @default 32 MiB */
  readonly maximumInFlightBytes: number;
  /**
   * While nothing succeeds, pushes pause after each round of failures: 100 ms, doubled each time up to this.
   * It holds back the whole subscription, unlike the retry policy, which counts for each message.
   *
   * @default 1 s; on Google Cloud up to 60 s.
   */
  readonly maximumPauseMs: number;
}

export const DEFAULT_PUSH_OPTIONS: PushOptions = {
  ackStatuses: new Set([102, 200, 201, 202, 204]),
  initialWindow: 3,
  maximumWindow: 100,
  maximumWindows: {},
  maximumInFlightBytes: 32 * 1024 * 1024,
  maximumPauseMs: 1000,
};
