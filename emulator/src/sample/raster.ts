import { glyphRows } from './glyphs.ts';

const DEFAULT_EDGE = 1.5;

/** A shape with soft edges, in pixels; angles in degrees. */
export interface Ellipse {
  readonly x: number;
  readonly y: number;
  readonly radiusX: number;
  readonly radiusY: number;
  readonly angle?: number;
  /** How many pixels the edge takes from outside to inside. @default 1.5 */
  readonly edge?: number;
}

/** A grey picture of floating-point values, in whatever unit its maker chooses. */
export class Raster {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;

  constructor(width: number, height: number, background: number) {
    this.width = width;
    this.height = height;
    this.values = new Float32Array(width * height).fill(background);
  }

  /** Replaces each value by what `next` makes of it. */
  map(next: (value: number, x: number, y: number) => number): void {
    for (let y = 0; y < this.height; y += 1) {
      for (let x = 0; x < this.width; x += 1) {
        const index = y * this.width + x;
        this.values[index] = next(this.values[index] ?? 0, x, y);
      }
    }
  }

  /** Fills an ellipse; `value` may depend on the distance from its centre, 0 there and 1 at the edge. */
  fill(ellipse: Ellipse, value: number | ((distance: number) => number)): void {
    const reach = Math.max(ellipse.radiusX, ellipse.radiusY) + (ellipse.edge ?? DEFAULT_EDGE);
    const [left, right] = [
      Math.max(0, Math.floor(ellipse.x - reach)),
      Math.min(this.width, ellipse.x + reach),
    ];
    const [top, bottom] = [
      Math.max(0, Math.floor(ellipse.y - reach)),
      Math.min(this.height, ellipse.y + reach),
    ];
    for (let y = top; y < bottom; y += 1) {
      for (let x = left; x < right; x += 1) {
        const distance = distanceIn(ellipse, x, y);
        const cover = coverage(distance, ellipse);
        if (cover === 0) continue;
        const index = y * this.width + x;
        const before = this.values[index] ?? 0;
        const inside = typeof value === 'number' ? value : value(Math.min(1, distance));
        this.values[index] = before + cover * (inside - before);
      }
    }
  }

  /** Writes digits and capital letters, each 5 by 7 squares of `scale` pixels. */
  write(
    text: string,
    at: { readonly x: number; readonly y: number; readonly scale: number },
    value: number,
  ): void {
    for (const [index, character] of Array.from(text).entries()) {
      const left = at.x + index * 6 * at.scale;
      for (const [row, bits] of glyphRows(character).entries()) {
        for (let column = 0; column < 5; column += 1) {
          if (((bits >> (4 - column)) & 1) === 0) continue;
          this.#square(left + column * at.scale, at.y + row * at.scale, at.scale, value);
        }
      }
    }
  }

  #square(left: number, top: number, size: number, value: number): void {
    for (let y = Math.max(0, top); y < Math.min(this.height, top + size); y += 1) {
      for (let x = Math.max(0, left); x < Math.min(this.width, left + size); x += 1) {
        this.values[y * this.width + x] = value;
      }
    }
  }
}

/** 0 at the centre, 1 on the line, more outside. */
function distanceIn(ellipse: Ellipse, x: number, y: number): number {
  const angle = ((ellipse.angle ?? 0) * Math.PI) / 180;
  const dx = x - ellipse.x;
  const dy = y - ellipse.y;
  const along = dx * Math.cos(angle) + dy * Math.sin(angle);
  const across = dy * Math.cos(angle) - dx * Math.sin(angle);
  // Math.hypot guards against overflow, at ten times the cost.
  return Math.sqrt((along / ellipse.radiusX) ** 2 + (across / ellipse.radiusY) ** 2);
}

/** How much of a pixel the ellipse covers, from 0 to 1. */
function coverage(distance: number, { radiusX, radiusY, edge = DEFAULT_EDGE }: Ellipse): number {
  const pixelsInside = (1 - distance) * Math.min(radiusX, radiusY);
  const part = Math.min(1, Math.max(0, pixelsInside / edge + 0.5));
  return part * part * (3 - 2 * part);
}
