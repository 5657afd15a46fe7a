import type { Crc32c } from '../../ports/checksum.ts';
import type { DicomStore } from '../../ports/dicom-store.ts';
import type { ObjectStorage } from '../../ports/object-storage.ts';
import type { Paced, Lane } from '../../retry/lane.ts';
import type { AttemptLimits } from '../../retry/retry.ts';
import type { SeriesRecords } from './series-records.ts';

/** One attempt to carry an object, in its turn in the store's lane. */
export interface CarryCall extends AttemptLimits {
  /** Sends the store request that the turn is for. */
  readonly paced: Paced;
}

/** What carrying an object into the store needs, and the choices that are the operator's. */
export interface CarryDependencies {
  readonly storage: ObjectStorage;
  readonly store: DicomStore;
  /** The pace of retrieving what is compared. */
  readonly retrieveLane: Lane;
  readonly records: SeriesRecords;
  readonly crc32c: Crc32c;
  readonly maxHeaderBytes: number;
  /** Larger objects cannot pass within one delivery. Also bounds what an object may decompress to. */
  readonly mostBytes: number;
  /** What becomes of a data set without preamble and file meta information. */
  readonly noPreamble: 'reject' | 'supply';
  /** What becomes of an object that is older than the deletion of its study or series. */
  readonly reingestAfterDelete: 'refuse' | 'allow';
  /** When the stored instance is retrieved and compared: after a conflict, or after every store request. */
  readonly verify: 'conflicts' | 'always';
}
