import type { Authorization } from './authorization.ts';
import type { Http } from './http.ts';

/** Requests that carry the authorization; a 401 makes the next one carry a new token. */
export function withAuthorization(http: Http, authorization: Authorization): Http {
  return async (request) => {
    const value = await authorization.header();
    const headers = value === undefined ? request.headers : { ...request.headers, authorization: value };
    const answer = await http({ ...request, headers });
    if (answer.status === 401) authorization.refused();
    return answer;
  };
}
