/** A study, or one of its series. */
export interface DeletionTarget {
  readonly study: string;
  readonly series?: string;
}

export type DeletionOutcome = 'success' | 'partial' | 'error' | 'cancelled';

/** What an operation deletes, and how it will go: decided at its start, and never shown to anybody. */
export interface DeletionPlan extends DeletionTarget {
  readonly storeId: string;
  /** How many instances there were at the start. */
  readonly instances: number;
  /** The names of the files of those that will be left. */
  readonly spared: readonly string[];
  /** `held` until it is released. */
  readonly lengthMs: number | 'held';
  readonly outcome: DeletionOutcome;
  /** The gRPC code of the outcome `error`. */
  readonly errorCode: number;
}

/** How far an operation is, in instances. */
export interface Progress {
  readonly success: number;
  readonly failure: number;
  readonly pending: number;
}

/** What came of an operation: a google.rpc.Status, or a result with its `@type`. */
export type OperationResult =
  { readonly error: { readonly code: number; readonly message: string } } | { readonly response: object };

export interface OperationEnd {
  /** ISO 8601. */
  readonly endTime: string;
  readonly result: OperationResult;
  /** Of a deletion. */
  readonly progress?: Progress;
}

/** A long-running operation as it is kept on disk, beside the stores of its dataset. */
export interface OperationRecord {
  /** The full resource name, `projects/P/locations/L/datasets/D/operations/ID`. */
  readonly name: string;
  readonly apiMethodName: string;
  /** ISO 8601. */
  readonly createTime: string;
  /** Of the operations that take time, which deletions are. */
  readonly deletion?: DeletionPlan;
  readonly isCancelRequested?: true;
  /** Missing while the operation runs. */
  readonly end?: OperationEnd;
}
