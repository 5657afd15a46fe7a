import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_SWITCHES } from '../../src/healthcare/switches.ts';
import { sendTo, startFixture, type Fixture } from './fixture.ts';

const SWITCHES = '/_control/switches';

describe('the switches of a running healthcare stand-in', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture({ emptySearch: 'empty-list' });
  });
  afterEach(() => fixture.send('DELETE', SWITCHES));
  afterAll(() => fixture.close());

  const current = async (): Promise<unknown> => (await fixture.send('GET', SWITCHES)).json();
  const change = (changes: unknown) => fixture.send('PATCH', SWITCHES, {}, JSON.stringify(changes));

  it('are shown with those of the start, and without a token', async () => {
    const answer = await sendTo(`${fixture.url}${SWITCHES}`, 'GET', {});
    expect(answer.json()).toEqual({ switches: { ...DEFAULT_SWITCHES, emptySearch: 'empty-list' } });
  });

  it('are changed one by one, for the requests that follow', async () => {
    expect((await fixture.send('GET', '/instances')).status).toBe(200);
    const answer = await change({ emptySearch: 'no-content', operationLengthMs: 7 });
    const switches = { ...DEFAULT_SWITCHES, operationLengthMs: 7 };
    expect([answer.status, answer.json()]).toEqual([200, { switches }]);
    expect((await fixture.send('GET', '/instances')).status).toBe(204);
  });

  it('return to those of the start', async () => {
    await change({ emptySearch: 'no-content', searchLagMs: 7 });
    await fixture.send('DELETE', SWITCHES);
    expect(await current()).toEqual({ switches: { ...DEFAULT_SWITCHES, emptySearch: 'empty-list' } });
  });

  it('can all be set to what they are', async () => {
    expect((await change(DEFAULT_SWITCHES)).json()).toEqual({ switches: DEFAULT_SWITCHES });
  });

  it.each([
    [{ searchLag: 1 }, 'switches: has no searchLag.'],
    [{ searchLagMs: -1 }, 'switches.searchLagMs: has to be a whole number of at least 0.'],
    [
      { operationErrorCode: 17 },
      'switches.operationErrorCode: has to be a whole number of at least 1 and at most 16.',
    ],
    [
      { operationLengthMs: 'long' },
      'switches.operationLengthMs: has to be a whole number of at least 0, or held.',
    ],
    [{ secondDeletion: 410 }, 'switches.secondDeletion: has to be operation or 400 or 409.'],
    [{ emptySearch: null }, 'switches.emptySearch: has to be no-content or empty-list.'],
    [[], 'switches: has to be an object.'],
  ])('are not changed by what they cannot be: %j', async (changes, message) => {
    const before = await current();
    const mixed = Array.isArray(changes) ? changes : { jsonErrors: 'array', ...changes };
    const answer = await change(mixed);
    expect([answer.status, answer.json()]).toMatchObject([400, { error: { message } }]);
    expect(await current()).toEqual(before);
  });

  it('do not take a release that asks for what there is not', async () => {
    const answer = await fixture.send('POST', '/_control/operations/release', {}, '{"nam":"x"}');
    expect([answer.status, answer.json()]).toMatchObject([
      400,
      { error: { message: 'release: has no nam.' } },
    ]);
  });
});
