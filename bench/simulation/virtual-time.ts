import { setImmediate as settle } from 'node:timers/promises';
import type { Clock } from '../../src/ports/clock.ts';

interface Timer {
  readonly atMs: number;
  /** Timers of the same time fire in the order in which they were set. */
  readonly order: number;
  readonly fire: () => void;
}

/**
 * Time that passes only from one timer to the next, so that minutes are simulated in milliseconds, every time alike.
 *
 * It starts at 0. Whatever runs on it may wait for nothing else.
 */
export class VirtualTime implements Clock {
  /** A binary heap, the next timer first. */
  readonly #timers: Timer[] = [];
  #nowMs = 0;
  #order = 0;

  now(): number {
    return this.#nowMs;
  }

  /** Signals are not looked at: a simulation ends by time alone. */
  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.at(this.#nowMs + Math.max(0, delayMs), resolve));
  }

  /** Calls back at that time, or at once when it has passed. */
  at(atMs: number, fire: () => void): void {
    this.#push({ atMs: Math.max(this.#nowMs, atMs), order: this.#order, fire });
    this.#order += 1;
  }

  /** Lets time pass until then. */
  async runUntil(endMs: number): Promise<void> {
    // All promises that can be settled are, before the next timer fires.
    await settle();
    for (let timer = this.#timers[0]; timer !== undefined && timer.atMs <= endMs; timer = this.#timers[0]) {
      this.#pop();
      this.#nowMs = timer.atMs;
      timer.fire();
      await settle();
    }
    this.#nowMs = Math.max(this.#nowMs, endMs);
  }

  #push(timer: Timer): void {
    const heap = this.#timers;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const other = heap[above];
      if (other === undefined || isBefore(other, timer)) break;
      heap[index] = other;
      index = above;
    }
    heap[index] = timer;
  }

  #pop(): void {
    const heap = this.#timers;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      const left = heap[below];
      if (left === undefined) break;
      const right = heap[below + 1];
      const next = right !== undefined && isBefore(right, left) ? right : left;
      if (next === right) below += 1;
      if (isBefore(last, next)) break;
      heap[index] = next;
      index = below;
    }
    heap[index] = last;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
