/** A body whose beginning has been looked at. */
export interface PeekedBody {
  /** How much of it has arrived: at least as much as was asked for, unless it is shorter. */
  readonly arrivedBytes: number;
  /** Whether all of it has arrived. */
  readonly isAll: boolean;
  /** The first bytes of what has arrived: at least so many, unless there are fewer. Asked for before the body is iterated. */
  beginning(leastBytes: number): Buffer;
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
    arrivedBytes: size,
    isAll: isEnded,
    beginning: (wanted) => concatFirst(ahead, wanted),
    body: { [Symbol.asyncIterator]: () => iterator },
    close,
  };
}

/** Of all blocks only the first are copied: an instance's header is a small part of it. */
function concatFirst(blocks: readonly Buffer[], leastBytes: number): Buffer {
  let size = 0;
  const end = blocks.findIndex((block) => (size += block.length) >= leastBytes);
  return Buffer.concat(end === -1 ? blocks : blocks.slice(0, end + 1));
}
