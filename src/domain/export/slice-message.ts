import * as v from 'valibot';
import { idSchema } from '../command/command-fields.ts';

/**
 * What the export function publishes to itself: do one slice of a plan.
 *
 * It says only which one. What is in it is read from the state bucket, so who forges such a message starts nothing that was
 * not planned.
 */
export const sliceMessageSchema = v.strictObject({
  action: v.literal('export-slice'),
  id: idSchema,
  slice: v.pipe(v.number('has to be a number'), v.integer('has to be whole'), v.minValue(0, 'is negative')),
});

export type SliceMessage = v.InferOutput<typeof sliceMessageSchema>;
