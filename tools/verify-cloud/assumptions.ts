import type { Assumption } from './assumption.ts';
import { BUCKET_ROWS } from './rows/bucket-rows.ts';
import { DELETION_ROWS } from './rows/deletion-rows.ts';
import { OPERATION_ROWS } from './rows/operation-rows.ts';
import { READ_ROWS } from './rows/read-rows.ts';
import { STORE_ROWS } from './rows/store-rows.ts';

/** Every assumption that can be tried, in the order of docs/conformance.md. */
export const ASSUMPTIONS: readonly Assumption[] = [
  ...STORE_ROWS,
  ...READ_ROWS,
  ...DELETION_ROWS,
  ...OPERATION_ROWS,
  ...BUCKET_ROWS,
];
