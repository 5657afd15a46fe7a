import type { InstanceHeader } from '../../domain/dicom/identity.ts';

/** The Part 10 file that an object stands for. */
export interface DicomFile {
  readonly header: InstanceHeader;
  /** Put before the object's content; null where the content is the file. */
  readonly prefix: Buffer | null;
  /** Of the whole file; undefined when it is known only at its end. */
  readonly sizeBytes: number | undefined;
  /** Said in the report, whatever the outcome. */
  readonly note: string | null;
}
