import { encodePart10, type Element } from './part10.ts';
import { SeededRandom } from './random.ts';
import type { Raster } from './raster.ts';
import { SERIES, type SeriesPlan } from './series.ts';

export interface SampleOptions {
  /** The same seed gives the same UIDs and the same pictures. */
  readonly seed: string;
  readonly imagesPerSeries: number;
  /** When the study is said to have been made. */
  readonly madeAt: Date;
}

/** A file of the sample, to be written below the drop folder. */
export interface SampleFile {
  /** With slashes, e.g. `ct-chest/001.dcm`. */
  readonly path: string;
  readonly content: Buffer;
}

const BITS_STORED = 12;
const LARGEST_STORED = 2 ** BITS_STORED - 1;

export function studyUidOf(seed: string): string {
  return new SeededRandom(seed).uid('study');
}

/** A study of three series with pictures that can be told apart by eye, one file after another. */
export function* makeStudy(options: SampleOptions): Generator<SampleFile> {
  const random = new SeededRandom(options.seed);
  for (const [index, plan] of SERIES.entries()) {
    for (let number = 1; number <= options.imagesPerSeries; number += 1) {
      const image = { plan, random, number, seriesNumber: index + 1, options };
      const path = `${plan.name}/${String(number).padStart(3, '0')}.dcm`;
      yield { path, content: encodePart10(describeImage(image)) };
    }
  }
}

interface Image {
  readonly plan: SeriesPlan;
  readonly random: SeededRandom;
  /** From 1. */
  readonly number: number;
  readonly seriesNumber: number;
  readonly options: SampleOptions;
}

function describeImage(image: Image): Element[] {
  const { plan, random } = image;
  const picture = drawImage(image);
  return [
    [0x00080016, 'UI', plan.sopClassUid],
    [0x00080018, 'UI', random.uid(`${plan.name}/${image.number}`)],
    ...describePatientAndStudy(image),
    ...describeSeries(image),
    ...describePlane(image),
    ...describePixels(picture, plan),
    ...plan.attributes,
  ];
}

function drawImage({ plan, random, number, options }: Image): Raster {
  const count = options.imagesPerSeries;
  const position = count === 1 ? 0.5 : (number - 1) / (count - 1);
  const picture = plan.draw(position, random, `${plan.name}/${number}/noise`);
  const [modality] = plan.name.toUpperCase().split('-');
  picture.write(`${modality ?? ''} ${number}/${count}`, { x: 6, y: 6, scale: 2 }, plan.brightest);
  picture.write('SAMPLE', { x: 6, y: picture.height - 13, scale: 1 }, plan.brightest);
  return picture;
}

function describePatientAndStudy({ random, options }: Image): Element[] {
  const { date, time } = dateAndTime(options.madeAt);
  const studyUid = random.uid('study');
  return [
    [0x00080005, 'CS', 'ISO_IR 100'],
    [0x00080020, 'DA', date],
    [0x00080030, 'TM', time],
    [0x00080050, 'SH', `S${studyUid.slice(-8)}`],
    [0x00080090, 'PN', ''],
    [0x00080201, 'SH', '+0000'],
    [0x00081030, 'LO', 'Synthetic sample study'],
    [0x00100010, 'PN', 'SAMPLE^SYNTHETIC'],
    [0x00100020, 'LO', `SAMPLE-${studyUid.slice(-8)}`],
    [0x00100030, 'DA', '19700101'],
    [0x00100040, 'CS', 'O'],
    [0x0020000d, 'UI', studyUid],
    [0x00200010, 'SH', '1'],
  ];
}

function describeSeries({ plan, random, number, seriesNumber, options }: Image): Element[] {
  const { date, time } = dateAndTime(options.madeAt);
  return [
    [0x00080012, 'DA', date],
    [0x00080013, 'TM', time],
    [0x00080021, 'DA', date],
    [0x00080022, 'DA', date],
    [0x00080023, 'DA', date],
    [0x00080031, 'TM', time],
    [0x00080032, 'TM', time],
    [0x00080033, 'TM', time],
    [0x00080070, 'LO', 'dicom-courier'],
    [0x0008103e, 'LO', plan.description],
    [0x00081090, 'LO', 'Synthetic phantom'],
    [0x00181020, 'LO', '1'],
    [0x0020000e, 'UI', random.uid(plan.name)],
    [0x00200011, 'IS', String(seriesNumber)],
    [0x00200012, 'IS', '1'],
    [0x00200013, 'IS', String(number)],
    // The head was not in the CT: its two series share a frame of reference of their own.
    [0x00200052, 'UI', random.uid(`frame of ${plan.sopClassUid}`)],
    [0x00201040, 'LO', ''],
  ];
}

/** Axial slices from the feet upwards, in the patient's coordinates: x to the left, y to the back, z to the head. */
function describePlane({ plan, number, options }: Image): Element[] {
  const corner = -127.5 * plan.pixelSpacingMm;
  const z = (number - (options.imagesPerSeries + 1) / 2) * -plan.sliceSpacingMm;
  return [
    [0x00180050, 'DS', String(plan.sliceSpacingMm)],
    [0x00180088, 'DS', String(plan.sliceSpacingMm)],
    [0x00200032, 'DS', [corner, corner, z].map((value) => value.toFixed(2)).join('\\')],
    [0x00200037, 'DS', '1\\0\\0\\0\\1\\0'],
    [0x00201041, 'DS', z.toFixed(2)],
    [0x00280030, 'DS', `${plan.pixelSpacingMm}\\${plan.pixelSpacingMm}`],
  ];
}

function describePixels(picture: Raster, plan: SeriesPlan): Element[] {
  return [
    [0x00280002, 'US', 1],
    [0x00280004, 'CS', 'MONOCHROME2'],
    [0x00280010, 'US', picture.height],
    [0x00280011, 'US', picture.width],
    [0x00280100, 'US', 16],
    [0x00280101, 'US', BITS_STORED],
    [0x00280102, 'US', BITS_STORED - 1],
    [0x00280103, 'US', 0],
    [0x00280301, 'CS', 'YES'],
    [0x00281050, 'DS', String(plan.windowCenter)],
    [0x00281051, 'DS', String(plan.windowWidth)],
    [0x7fe00010, 'OW', toPixelData(picture, plan.intercept)],
  ];
}

function toPixelData(picture: Raster, intercept: number): Buffer {
  const bytes = Buffer.alloc(picture.values.length * 2);
  for (const [index, value] of picture.values.entries()) {
    const stored = Math.min(LARGEST_STORED, Math.max(0, Math.round(value - intercept)));
    bytes.writeUInt16LE(stored, index * 2);
  }
  return bytes;
}

/** In UTC, as the time zone element says. */
function dateAndTime(at: Date): { date: string; time: string } {
  const [date = '', time = ''] = at.toISOString().split('T');
  return { date: date.replaceAll('-', ''), time: time.slice(0, 8).replaceAll(':', '') };
}
