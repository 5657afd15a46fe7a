import { randomUUID } from 'node:crypto';
import { encodePart10 } from '../../emulator/src/sample/part10.ts';

export interface SyntheticInstance {
  readonly study: string;
  readonly series: string;
  readonly instance: string;
  readonly bytes: Buffer;
}

export interface InstanceSettings {
  readonly study?: string;
  readonly series?: string;
  readonly instance?: string;
  /** Tells apart two files of the same instance. */
  readonly description?: string;
}

const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';
const SOP_CLASS_UID = Buffer.from([0x08, 0x00, 0x16, 0x00]);

/** A UID that nobody else has: under 2.25, from a UUID (PS3.5 annex B.2). */
export function newUid(): string {
  return `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`)}`;
}

/** An instance without a picture; UIDs that are not given are new. */
export function makeInstance(settings: InstanceSettings = {}): SyntheticInstance {
  const { study = newUid(), series = newUid(), instance = newUid(), description = '' } = settings;
  const bytes = encodePart10([
    [0x00080005, 'CS', 'ISO_IR 100'],
    [0x00080016, 'UI', SECONDARY_CAPTURE],
    [0x00080018, 'UI', instance],
    [0x00080020, 'DA', '19700101'],
    [0x00080060, 'CS', 'OT'],
    [0x0008103e, 'LO', description],
    [0x00100010, 'PN', 'VERIFY^SYNTHETIC'],
    [0x00100020, 'LO', 'VERIFY'],
    [0x0020000d, 'UI', study],
    [0x0020000e, 'UI', series],
  ]);
  return { study, series, instance, bytes };
}

/** The same file without SOP Class UID in its data set. */
export function withoutSopClass({ bytes }: SyntheticInstance): Buffer {
  const start = bytes.indexOf(SOP_CLASS_UID);
  const end = start + 8 + bytes.readUInt16LE(start + 6);
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
}
