import * as v from 'valibot';
import { MalformedAnswerError } from '../domain/errors.ts';
import type { HttpAnswer } from './http.ts';

/** To be put before the schema of an object all of whose members are optional: a list would pass for an empty one. */
export const noList = v.pipe(
  v.unknown(),
  v.check((json) => !Array.isArray(json)),
);

/**
 * The body of an answer, as what it has to be.
 *
 * A success is believed only when it reads like the service's: something in between may answer 200 with a page.
 *
 * @param limitBytes where an answer may be longer than most.
 * @throws MalformedAnswerError when it is not JSON, not of that form, or longer than the limit.
 */
export async function readJsonAnswer<Schema extends v.GenericSchema>(
  answer: HttpAnswer,
  call: string,
  schema: Schema,
  limitBytes?: number,
): Promise<v.InferOutput<Schema>> {
  const result = v.safeParse(schema, parseJson(await answer.text(limitBytes)));
  if (result.success) return result.output;
  throw new MalformedAnswerError(`${call}: answered ${answer.status} with something else`, {
    details: { call, status: answer.status },
  });
}

/** Undefined, which no schema takes, for what is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
