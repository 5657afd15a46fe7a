import { drawChest } from './ct-phantom.ts';
import { drawHead, T1, T2 } from './mr-phantom.ts';
import type { Element } from './part10.ts';
import type { SeededRandom } from './random.ts';
import type { Raster } from './raster.ts';

/** What one series of the sample looks like and says of itself. */
export interface SeriesPlan {
  /** Names its folder. */
  readonly name: string;
  readonly sopClassUid: string;
  readonly description: string;
  readonly pixelSpacingMm: number;
  readonly sliceSpacingMm: number;
  readonly windowCenter: number;
  readonly windowWidth: number;
  /** What is added to a stored value to give the value drawn. */
  readonly intercept: number;
  /** The largest value drawn, which is also what text is written in. */
  readonly brightest: number;
  /** @param position of the slice, from 0 to 1. */
  readonly draw: (position: number, random: SeededRandom, name: string) => Raster;
  /** Attributes of the modality and of its acquisition. */
  readonly attributes: readonly Element[];
}

const CT_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.2';
const MR_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.4';

const CT_INTERCEPT = -1024;

const CT: readonly Element[] = [
  [0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\AXIAL'],
  [0x00080060, 'CS', 'CT'],
  [0x00180015, 'CS', 'CHEST'],
  [0x00180060, 'DS', '120'],
  [0x00181151, 'IS', '200'],
  [0x00181210, 'SH', 'SOFT'],
  [0x00185100, 'CS', 'HFS'],
  [0x00281052, 'DS', String(CT_INTERCEPT)],
  [0x00281053, 'DS', '1'],
  [0x00281054, 'LO', 'HU'],
];

function mrAttributes(echoTimeMs: number, repetitionTimeMs: number): readonly Element[] {
  return [
    [0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\OTHER'],
    [0x00080060, 'CS', 'MR'],
    [0x00180015, 'CS', 'HEAD'],
    [0x00180020, 'CS', 'SE'],
    [0x00180021, 'CS', 'NONE'],
    [0x00180022, 'CS', ''],
    [0x00180023, 'CS', '2D'],
    [0x00180080, 'DS', String(repetitionTimeMs)],
    [0x00180081, 'DS', String(echoTimeMs)],
    [0x00180087, 'DS', '1.5'],
    [0x00180091, 'IS', '1'],
    [0x00185100, 'CS', 'HFS'],
  ];
}

const MR = {
  sopClassUid: MR_IMAGE_STORAGE,
  pixelSpacingMm: 0.9,
  sliceSpacingMm: 6,
  windowCenter: 800,
  windowWidth: 1600,
  intercept: 0,
  brightest: 1600,
} as const;

export const SERIES: readonly SeriesPlan[] = [
  {
    name: 'ct-chest',
    sopClassUid: CT_IMAGE_STORAGE,
    description: 'Chest axial',
    pixelSpacingMm: 1.5,
    sliceSpacingMm: 8,
    windowCenter: -250,
    windowWidth: 1500,
    intercept: CT_INTERCEPT,
    brightest: 1000,
    draw: drawChest,
    attributes: CT,
  },
  {
    ...MR,
    name: 'mr-head-t1',
    description: 'Head T1 axial',
    draw: (position, random, name) => drawHead(T1, position, random, name),
    attributes: mrAttributes(15, 500),
  },
  {
    ...MR,
    name: 'mr-head-t2',
    description: 'Head T2 axial',
    draw: (position, random, name) => drawHead(T2, position, random, name),
    attributes: mrAttributes(90, 4000),
  },
];
