/** Counts the bodies that are neither read to their end nor closed: each would keep a connection from being used again. */
export class OpenBodies {
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** A body that can be iterated once, and counts as open until its end, an error or an early return. */
  track(blocks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    this.#count += 1;
    let isOpen = true;
    const source = blocks[Symbol.asyncIterator]();
    const settle = (): void => {
      if (isOpen) this.#count -= 1;
      isOpen = false;
    };
    const iterator: AsyncIterator<Buffer> = {
      async next() {
        if (!isOpen) return { done: true, value: undefined };
        try {
          const next = await source.next();
          if (next.done === true) settle();
          return next;
        } catch (error) {
          settle();
          throw error;
        }
      },
      async return() {
        settle();
        await source.return?.();
        return { done: true, value: undefined };
      },
    };
    return { [Symbol.asyncIterator]: () => iterator };
  }
}
