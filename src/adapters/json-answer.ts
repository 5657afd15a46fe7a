import * as v from 'valibot';
import { MalformedAnswerError } from '../domain/errors.ts';
import type { HttpAnswer } from './http.ts';

/**
 * The body of an answer, as what it has to be.
 *
 * A success is believed only when it reads like the service's: something in between may answer 200 with a page.
 *
 * @throws MalformedAnswerError when it is not JSON, or not of that form.
 */
export async function readJsonAnswer<Schema extends v.GenericSchema>(
  answer: HttpAnswer,
  call: string,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  const result = v.safeParse(schema, parseJson(await answer.text()));
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
