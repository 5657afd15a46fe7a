/** A published message. One object is shared by all subscriptions that still have to deliver it. */
export interface StoredMessage {
  readonly id: string;
  readonly data: Buffer;
  readonly attributes: Readonly<Record<string, string>>;
  /** Empty when the message is unordered. */
  readonly orderingKey: string;
  readonly publishTimeMs: number;
  /** Payload and attributes, and what keeping them costs beside that. */
  readonly sizeBytes: number;
}

/** What one undelivered message is counted as beside its own bytes. */
const OVERHEAD_BYTES = 512;

export function storedMessage(fields: Omit<StoredMessage, 'sizeBytes'>): StoredMessage {
  return { ...fields, sizeBytes: contentBytes(fields) + OVERHEAD_BYTES };
}

/** The size Google bills and limits: payload, attributes and ordering key. */
export function contentBytes(message: Pick<StoredMessage, 'data' | 'attributes' | 'orderingKey'>): number {
  let bytes = message.data.length + Buffer.byteLength(message.orderingKey);
  for (const [key, value] of Object.entries(message.attributes)) {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  return bytes;
}
