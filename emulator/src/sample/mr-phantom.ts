import { Raster, type Ellipse } from './raster.ts';
import type { SeededRandom } from './random.ts';

/** How bright each tissue is, from 0 to 1. */
interface Contrast {
  readonly skin: number;
  readonly bone: number;
  readonly grey: number;
  readonly white: number;
  readonly fluid: number;
  readonly lesion: number;
}

export const T1: Contrast = { skin: 0.85, bone: 0.06, grey: 0.45, white: 0.66, fluid: 0.14, lesion: 0.38 };
export const T2: Contrast = { skin: 0.5, bone: 0.05, grey: 0.46, white: 0.3, fluid: 0.95, lesion: 0.85 };

const SIZE = 256;
const FULL_SCALE = 1600;

/**
 * An axial slice through something like a head, in the scanner's arbitrary units.
 *
 * @param position from 0 (the lowest slice) to 1 (near the crown, where the head is smaller).
 */
export function drawHead(contrast: Contrast, position: number, random: SeededRandom, name: string): Raster {
  const picture = new Raster(SIZE, SIZE, 0);
  const size = 1 - 0.35 * position ** 2;
  const centre = { x: SIZE / 2, y: SIZE / 2 };
  const layers: [radiusX: number, radiusY: number, tissue: keyof Contrast][] = [
    [88, 108, 'skin'],
    [82, 102, 'bone'],
    [76, 96, 'fluid'],
    [73, 93, 'grey'],
    [64, 84, 'white'],
  ];
  for (const [radiusX, radiusY, tissue] of layers) {
    picture.fill({ ...centre, radiusX: radiusX * size, radiusY: radiusY * size, edge: 2 }, contrast[tissue]);
  }
  drawFolds(picture, contrast, size);
  drawDeepParts(picture, contrast, size, position);
  const noise = random.noise(name);
  picture.map((value, x, y) => Math.max(0, FULL_SCALE * (value * coilShade(x, y) + 0.012 * noise() + 0.01)));
  return picture;
}

/** What is nearer to the receiving coil is brighter: a slow gradient over the picture. */
function coilShade(x: number, y: number): number {
  return 0.78 + 0.22 * (x / SIZE) + 0.12 * (y / SIZE);
}

/** The surface of the brain goes in and out: fluid between grey, around white. */
function drawFolds(picture: Raster, contrast: Contrast, size: number): void {
  const count = 26;
  for (let index = 0; index < count; index += 1) {
    const angle = (2 * Math.PI * index) / count;
    const depth = index % 2 === 0 ? 1 : 0.93;
    const fold: Ellipse = {
      x: SIZE / 2 + 66 * size * depth * Math.sin(angle),
      y: SIZE / 2 - 86 * size * depth * Math.cos(angle),
      radiusX: 4,
      radiusY: 11,
      angle: (angle * 180) / Math.PI,
      edge: 3,
    };
    picture.fill(fold, contrast.grey);
    picture.fill({ ...fold, radiusX: 1.4, radiusY: 8, edge: 2 }, contrast.fluid);
  }
  picture.fill({ x: SIZE / 2, y: SIZE / 2, radiusX: 1.6, radiusY: 88 * size, edge: 1.5 }, contrast.fluid);
}

function drawDeepParts(picture: Raster, contrast: Contrast, size: number, position: number): void {
  const middle = SIZE / 2;
  const ventricles = 1 - Math.abs(position - 0.45) * 1.4;
  for (const side of [-1, 1]) {
    const nucleus: Ellipse = { x: middle + side * 24, y: 124, radiusX: 11, radiusY: 17, angle: side * -20 };
    if (position < 0.75) picture.fill(nucleus, contrast.grey);
    if (ventricles <= 0.1) continue;
    const horn = { x: middle + side * 11, radiusX: 6 * ventricles * size, edge: 2 };
    picture.fill({ ...horn, y: 108, radiusY: 22 * ventricles, angle: side * 18 }, contrast.fluid);
    picture.fill({ ...horn, y: 150, radiusY: 24 * ventricles, angle: side * -22 }, contrast.fluid);
  }
  if (position > 0.3 && position < 0.8) {
    picture.fill({ x: 164, y: 92, radiusX: 9, radiusY: 7, edge: 5 }, contrast.lesion);
  }
}
