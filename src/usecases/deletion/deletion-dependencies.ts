import type { Clock } from '../../ports/clock.ts';
import type { DicomDeletion } from '../../ports/dicom-deletion.ts';
import type { DicomSearch } from '../../ports/dicom-search.ts';
import type { DocumentStorage, VersionedDocumentStorage } from '../../ports/document-storage.ts';
import type { ReportPublisher } from '../../ports/report-publisher.ts';
import type { Attempts } from '../attempts.ts';
import type { Lanes } from '../lanes.ts';

/** Bounds and waits of deletion; the README's table describes the variables behind them. */
export interface DeletionSettings {
  /** Operations that are under way at once. */
  readonly maxOperations: number;
  /** Targets of one command. */
  readonly maxTargets: number;
  /** Instances of one delete command, and of any one target. */
  readonly maxDeleteInstances: number;
  /** The most that one cleanup may delete of the store's series, in (0, 1]. */
  readonly maxCleanupShare: number;
  /** An operation that runs for longer is reported, once, and still followed. */
  readonly operationMaxAgeMs: number;
  readonly commandMaxAgeMs: number;
  /** How long one call goes on working. */
  readonly advanceBudgetMs: number;
  /** From the tombstone to the request, so that ingest has noticed. */
  readonly deleteDelayMs: number;
  /** How long searches may go on listing what is gone. */
  readonly searchLagMs: number;
  /** Longer than any invocation can live. */
  readonly leaseMs: number;
}

export interface DeletionDependencies {
  readonly state: VersionedDocumentStorage;
  readonly records: DocumentStorage;
  readonly search: DicomSearch;
  readonly deletion: DicomDeletion;
  readonly publisher: ReportPublisher;
  readonly attempts: Attempts;
  readonly lanes: Pick<Lanes, 'search' | 'delete'>;
  readonly clock: Clock;
  /** A text that nobody else has, for each call. */
  readonly newHolder: () => string;
  readonly settings: DeletionSettings;
}
