import { Raster, type Ellipse } from './raster.ts';
import type { SeededRandom } from './random.ts';

/** Hounsfield units. */
const AIR = -1000;
const FAT = -95;
const SOFT_TISSUE = 45;
const MUSCLE = 60;
const LUNG = -840;
const VESSEL = 260;

const SIZE = 256;

/**
 * An axial slice through something like a chest, in Hounsfield units.
 *
 * @param position from 0 (the uppermost slice) to 1: the lungs become smaller and the liver appears.
 */
export function drawChest(position: number, random: SeededRandom, name: string): Raster {
  const picture = new Raster(SIZE, SIZE, AIR);
  const middle = SIZE / 2;
  picture.fill({ x: middle, y: 130, radiusX: 112, radiusY: 84 }, FAT);
  picture.fill({ x: middle, y: 130, radiusX: 104, radiusY: 75 }, SOFT_TISSUE);
  drawLungs(picture, position);
  drawHeart(picture, position);
  drawRibs(picture);
  drawSpine(picture);
  picture.fill({ x: middle, y: 226, radiusX: 125, radiusY: 3, edge: 1 }, -200);
  const noise = random.noise(name);
  picture.map((value, x, y) => value + 12 * noise() + softShade(x, y));
  return picture;
}

/** Beam hardening makes the middle of a body a little darker. */
function softShade(x: number, y: number): number {
  return 10 * Math.min(1, Math.hypot(x - SIZE / 2, y - 130) / 100) - 5;
}

function drawRibs(picture: Raster): void {
  for (let index = 0; index < 9; index += 1) {
    const angle = (Math.PI * (index + 0.5)) / 9 + Math.PI * 0.02;
    for (const side of [-1, 1]) {
      const x = SIZE / 2 + side * 94 * Math.sin(angle);
      const y = 130 - 66 * Math.cos(angle);
      const rib: Ellipse = { x, y, radiusX: 7, radiusY: 3.5, angle: (side * angle * 180) / Math.PI };
      picture.fill(rib, (distance) => 300 + 350 * distance);
    }
  }
}

function drawLungs(picture: Raster, position: number): void {
  const shrink = 1 - 0.45 * position;
  for (const side of [-1, 1]) {
    const lung: Ellipse = {
      x: SIZE / 2 + side * 54,
      y: 122,
      radiusX: 36 * shrink,
      radiusY: 56 * shrink,
      angle: side * 8,
    };
    picture.fill(lung, (distance) => LUNG + 60 * distance);
    for (let index = 0; index < 6; index += 1) {
      const vessel: Ellipse = {
        x: lung.x + side * (index - 3) * 7 * shrink,
        y: 122 + ((index * 37) % 50) * shrink - 25 * shrink,
        radiusX: 3.2 - 0.3 * index,
        radiusY: 2 - 0.15 * index,
        angle: index * 40,
      };
      picture.fill(vessel, SOFT_TISSUE);
    }
  }
}

function drawHeart(picture: Raster, position: number): void {
  const liver: Ellipse = { x: 90, y: 138, radiusX: 58 * position, radiusY: 50 * position, angle: -12 };
  if (position > 0.3) picture.fill(liver, (distance) => 120 - 15 * distance);
  picture.fill({ x: 140, y: 106, radiusX: 34, radiusY: 27, angle: 35 }, MUSCLE);
  picture.fill({ x: 145, y: 108, radiusX: 18, radiusY: 13, angle: 35, edge: 4 }, VESSEL - 60);
  picture.fill({ x: 120, y: 92, radiusX: 13, radiusY: 12 }, VESSEL);
}

function drawSpine(picture: Raster): void {
  const middle = SIZE / 2;
  picture.fill({ x: middle - 16, y: 168, radiusX: 9, radiusY: 9 }, VESSEL);
  picture.fill({ x: middle, y: 174, radiusX: 17, radiusY: 14 }, (distance) => 180 + 420 * distance ** 4);
  picture.fill({ x: middle, y: 193, radiusX: 8, radiusY: 6 }, 20);
  picture.fill({ x: middle, y: 203, radiusX: 5, radiusY: 8 }, 550);
  for (const side of [-1, 1]) {
    picture.fill({ x: middle + side * 13, y: 194, radiusX: 11, radiusY: 4, angle: side * 25 }, 450);
  }
}
