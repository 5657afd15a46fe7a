import { Pool } from 'undici';
import { formatNotification } from './notification.ts';

/** Longer than Pub/Sub would wait for a push to be acknowledged, which is ten minutes at most. */
const ANSWER_TIMEOUT_MS = 660_000;

export interface PushClient {
  /**
   * Pushes one notification. Resolves with undefined when it is acknowledged, and with what happened when it is not.
   *
   * @param deliveryAttempt which delivery of it this is. @default 1
   */
  push(number: number, sizeBytes: number, deliveryAttempt?: number): Promise<string | undefined>;
  /** Pushes as many, of the numbers from `first` on, a fixed number at a time; lists what was not acknowledged. */
  pushAll(first: number, count: number, sizeBytes: number): Promise<string[]>;
  /** Ends the connections, and with them what is still in flight. */
  close(): Promise<void>;
}

/** Pushes to the function on that port, on kept-alive connections, one for each push in flight. */
export function makePushClient(port: number, concurrency: number): PushClient {
  const pool = new Pool(`http://127.0.0.1:${port}`, {
    connections: concurrency,
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
  });
  const push: PushClient['push'] = async (number, sizeBytes, deliveryAttempt) => {
    try {
      const { statusCode, body } = await pool.request({
        path: '/',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: formatNotification(number, sizeBytes, deliveryAttempt),
      });
      await body.dump();
      return statusCode === 204 ? undefined : `answered ${statusCode}`;
    } catch (error) {
      return String(error);
    }
  };
  return {
    push,
    async pushAll(first, count, sizeBytes) {
      const failures: string[] = [];
      let next = 0;
      const pushInTurn = async (): Promise<void> => {
        while (next < count) {
          const failure = await push(first + next++, sizeBytes);
          if (failure !== undefined) failures.push(failure);
        }
      };
      await Promise.all(Array.from({ length: Math.min(concurrency, count) }, pushInTurn));
      return failures;
    },
    close: () => pool.destroy(),
  };
}
