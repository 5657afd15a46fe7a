import type { ExportLimits } from '../../domain/export/export-command.ts';
import type { Crc32c } from '../../ports/checksum.ts';
import type { Random } from '../../ports/clock.ts';
import type { DicomRetrieval } from '../../ports/dicom-retrieval.ts';
import type { DicomSearch } from '../../ports/dicom-search.ts';
import type { MessagePublisher } from '../../ports/message-publisher.ts';
import type { ObjectStorage } from '../../ports/object-storage.ts';
import type { ObjectWriter } from '../../ports/object-writer.ts';
import type { Lane } from '../../retry/lane.ts';
import type { AcceptDependencies } from '../command/accept-command.ts';
import type { FinishDependencies } from '../command/finish-command.ts';

/** The choices that are the operator's. The table in the README describes each. */
export interface ExportSettings {
  /** What the objects say they come from: the name or address of the DICOM store. */
  readonly storeName: string;
  readonly limits: ExportLimits;
  readonly maxInstances: number;
  readonly sliceInstances: number;
  /** How many instances of one slice are on their way at once. */
  readonly concurrency: number;
  readonly maxFrames: number;
  readonly allowIdentifyingNames: boolean;
  /** Whether the instances of a series are asked for one by one, or as one stream; `auto` looks at their number and size. */
  readonly retrieveBy: 'auto' | 'instance' | 'series';
  /** How long an invocation may take. */
  readonly timeLimitMs: number;
}

/** How searches are paged. Google's store takes offsets up to a million, and says nothing when a page is not full. */
export interface Paging {
  readonly pageSize: number;
  readonly mostOffset: number;
}

export interface ExportDependencies extends AcceptDependencies, FinishDependencies {
  readonly random: Random;
  readonly search: DicomSearch;
  readonly searchLane: Lane;
  readonly paging: Paging;
  readonly retrieval: DicomRetrieval;
  /** Also bounds how many instances the process has in hand, because each is written within its turn. */
  readonly retrieveLane: Lane;
  readonly writer: ObjectWriter;
  readonly storage: Pick<ObjectStorage, 'open'>;
  /** Where the slices are published. */
  readonly slices: MessagePublisher;
  readonly crc32c: Crc32c;
  readonly settings: ExportSettings;
}
