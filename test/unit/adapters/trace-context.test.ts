import { describe, expect, it } from '@jest/globals';
import type { Http, HttpAnswer, HttpRequest } from '../../../src/adapters/http.ts';
import { makeTraceContext } from '../../../src/adapters/trace-context.ts';
import { makeRequest } from '../../support/http-client.ts';

function recording(): { http: Http; sent: HttpRequest[] } {
  const sent: HttpRequest[] = [];
  const http: Http = (request) => {
    sent.push(request);
    return Promise.resolve({ status: 200 } as HttpAnswer);
  };
  return { http, sent };
}

describe('a trace context', () => {
  it('adds the trace to the headers of the requests that are sent in it', async () => {
    const { http, sent } = recording();
    const trace = makeTraceContext();
    const traced = trace.apply(http);
    await trace.run('00-a-b-01', async () => {
      await Promise.resolve();
      await traced(makeRequest('http://x/', { headers: { accept: 'a' } }));
    });
    expect(sent[0]?.headers).toEqual({ accept: 'a', traceparent: '00-a-b-01' });
  });

  it('leaves the headers alone outside of a trace, and where there is none', async () => {
    const { http, sent } = recording();
    const trace = makeTraceContext();
    const send = async (): Promise<void> => {
      await trace.apply(http)(makeRequest('http://x/', { headers: { accept: 'a' } }));
    };
    await trace.run('00-a-b-01', () => Promise.resolve());
    await send();
    await trace.run(undefined, send);
    expect(sent.map(({ headers }) => headers)).toEqual([{ accept: 'a' }, { accept: 'a' }]);
  });

  it('keeps apart what is done at the same time', async () => {
    const { http, sent } = recording();
    const trace = makeTraceContext();
    const traced = trace.apply(http);
    const both = Promise.withResolvers<undefined>();
    const send = (name: string) => async (): Promise<void> => {
      await both.promise;
      await traced(makeRequest(`http://${name}/`));
    };
    const running = [trace.run('one', send('one')), trace.run('two', send('two'))];
    both.resolve(undefined);
    await Promise.all(running);
    expect(sent.map(({ url, headers }) => [url, headers['traceparent']])).toEqual([
      ['http://one/', 'one'],
      ['http://two/', 'two'],
    ]);
  });
});
