/** A body whose beginning has been looked at. */
export interface PeekedBody {
  /** At least so many bytes as were asked for, unless the body is shorter. */
  readonly beginning: Buffer;
  /** Whether there is nothing behind the beginning. */
  readonly isAll: boolean;
  /** All of it, the beginning included. Iterated once. */
  readonly body: AsyncIterable<Buffer>;
  /** Closes it where it is not going to be read. */
  close(): Promise<void>;
}

/** Reads so much of a body, without taking anything away from who reads it next. */
export async function peekBody(body: AsyncIterable<Buffer>, leastBytes: number): Promise<PeekedBody> {
  const blocks = body[Symbol.asyncIterator]();
  const ahead: Buffer[] = [];
  let size = 0;
  let isEnded = false;
  while (size < leastBytes && !isEnded) {
    const next = await blocks.next();
    if (next.done === true) isEnded = true;
    else {
      ahead.push(next.value);
      size += next.value.length;
    }
  }
  const close = async (): Promise<void> => {
    await blocks.return?.();
  };
  const iterator: AsyncIterator<Buffer> = {
    async next() {
      const block = ahead.shift();
      if (block !== undefined) return { done: false, value: block };
      return isEnded ? { done: true, value: undefined } : await blocks.next();
    },
    async return() {
      await close();
      return { done: true, value: undefined };
    },
  };
  return {
    beginning: Buffer.concat(ahead),
    isAll: isEnded,
    body: { [Symbol.asyncIterator]: () => iterator },
    close,
  };
}
