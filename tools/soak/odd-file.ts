import { encodePart10, type Element } from '../../emulator/src/sample/part10.ts';

/** What is wrong with a file that is DICOM for all that its beginning shows, and can never become an instance. */
export type Oddity = keyof typeof ODDITIES;

const PART_10_START = 132;
const MEDIA_STORAGE_DIRECTORY = '1.2.840.10008.1.3.10';
const COLOR_PALETTE = '1.2.840.10008.5.1.4.39.1';
const SOP_CLASS_UID = 0x00080016;
const STUDY_INSTANCE_UID = 0x0020000d;
const SERIES_INSTANCE_UID = 0x0020000e;
const PRIVATE_DATA = 0x00091010;
const PIXEL_DATA = 0x7fe00010;
/** More than the soak's MAX_HEADER_BYTES. */
const LONG_HEADER_BYTES = 70_000;
/** More than the soak's MIN_THROUGHPUT lets pass in one delivery. */
const LARGE_BYTES = 1_600_000;

const without = (elements: readonly Element[], ...tags: readonly number[]): Element[] =>
  elements.filter(([tag]) => !tags.includes(tag));
const withText = (elements: readonly Element[], tag: number, uid: string): Element[] => [
  ...without(elements, tag),
  [tag, 'UI', uid],
];
const withBytes = (elements: readonly Element[], tag: number, sizeBytes: number): Element[] => [
  ...without(elements, tag),
  [tag, 'OW', Buffer.alloc(sizeBytes)],
];

/** By the reason for which each is rejected. */
const ODDITIES = {
  'missing-study-uid': (elements) => without(elements, STUDY_INSTANCE_UID),
  'missing-series-uid': (elements) => without(elements, SERIES_INSTANCE_UID),
  'invalid-study-uid': (elements) => withText(elements, STUDY_INSTANCE_UID, '1.2.../..'),
  'invalid-series-uid': (elements) => withText(elements, SERIES_INSTANCE_UID, '1.'.repeat(40)),
  dicomdir: (elements) => withText(elements, SOP_CLASS_UID, MEDIA_STORAGE_DIRECTORY),
  'non-patient-object': (elements) =>
    without(withText(elements, SOP_CLASS_UID, COLOR_PALETTE), STUDY_INSTANCE_UID, SERIES_INSTANCE_UID),
  'header-too-large': (elements) => withBytes(elements, PRIVATE_DATA, LONG_HEADER_BYTES),
  'too-large': (elements) => withBytes(elements, PIXEL_DATA, LARGE_BYTES),
  'no-preamble': (elements) => [...elements],
} as const satisfies Readonly<Record<string, (elements: readonly Element[]) => Element[]>>;

export const ALL_ODDITIES = Object.keys(ODDITIES) as [Oddity, ...Oddity[]];

/** @param elements of a file that is in order. */
export function encodeOdd(elements: readonly Element[], oddity: Oddity): Buffer {
  const bytes = encodePart10(ODDITIES[oddity](elements));
  return oddity === 'no-preamble' ? bytes.subarray(PART_10_START) : bytes;
}
