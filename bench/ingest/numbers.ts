/** Numbers of objects that have not been used in this run: no function may know an instance from an earlier round. */
export interface Numbers {
  /** Takes `count` numbers and returns the first. */
  take(count: number): number;
}

export function makeNumbers(): Numbers {
  let next = 0;
  return {
    take(count) {
      const first = next;
      next += count;
      return first;
    },
  };
}
