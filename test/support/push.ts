import type { EventHandler, EventResponse } from '../../src/functions/deliver.ts';
import type { EventRequest } from '../../src/functions/event.ts';

interface Envelope {
  readonly messageId: string;
  readonly publishedAtMs: number;
  /** @default 1 */
  readonly deliveryAttempt?: number;
}

/** A message as Pub/Sub pushes it, whose data is JSON. */
export function pushOf(
  content: unknown,
  { messageId, publishedAtMs, deliveryAttempt = 1 }: Envelope,
): EventRequest {
  const publishTime = new Date(publishedAtMs).toISOString();
  const data = Buffer.from(JSON.stringify(content)).toString('base64');
  return { headers: {}, body: { message: { messageId, publishTime, data }, deliveryAttempt } };
}

/** @returns the status that the platform is answered with: 204 acknowledges. */
export async function statusOf(handler: EventHandler, request: EventRequest): Promise<number> {
  const response = new StatusOnly();
  await handler(request, response);
  if (!response.isEnded) throw new Error('The function has not answered.');
  return response.code;
}

class StatusOnly implements EventResponse {
  code = 0;
  isEnded = false;

  status(code: number): this {
    this.code = code;
    return this;
  }

  end(): void {
    this.isEnded = true;
  }
}
