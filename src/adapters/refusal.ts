import { MalformedAnswerError } from '../domain/errors.ts';
import type { HttpAnswer } from './http.ts';
import { isMarkup } from './markup.ts';

/**
 * The domain error for an answer, whose body is read away for the connection's sake.
 *
 * A 404 counts only when it is the service's own: "no such object" is acted upon, and a page says no more than that
 * the URL has not reached the service.
 */
export async function refusal(answer: HttpAnswer): Promise<Error> {
  if (answer.status === 404 && isMarkup(await answer.text())) {
    return new MalformedAnswerError('answered 404 with a page', { details: { status: answer.status } });
  }
  await answer.discard();
  return answer.failure();
}
