import { setTimeout } from 'node:timers/promises';
import { makeDicom, uid } from '../../../test/support/synthetic-dicom.ts';
import { store, type Answer, type Fixture } from './fixture.ts';

export const OPERATIONS = '/v1/projects/p/locations/l/datasets/d/operations';
export const STUDY = uid('deletions', 'study');

/** A series of {@link STUDY}, by its name; its instances are numbered. */
export const seriesOf = (name: string): string => uid('deletions', name);
export const seriesPath = (name: string): string => `/studies/${STUDY}/series/${seriesOf(name)}`;
export const instancePath = (name: string, number: number): string =>
  `${seriesPath(name)}/instances/${uid('deletions', name, number)}`;

export const instanceOf = (name: string, number: number): Buffer =>
  makeDicom({ study: STUDY, series: seriesOf(name), instance: uid('deletions', name, number) });

export async function storeSeries(
  fixture: Pick<Fixture, 'send'>,
  name: string,
  count: number,
): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    const { status } = await store(fixture, instanceOf(name, number));
    if (status !== 200) throw new Error(`The instance was answered ${status}.`);
  }
}

/** How many rows a search has. */
export async function listed(fixture: Pick<Fixture, 'send'>, path: string): Promise<number> {
  const answer = await fixture.send('GET', path);
  return answer.status === 204 ? 0 : (answer.json() as unknown[]).length;
}

export interface Operation {
  readonly name: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly done?: boolean;
  readonly error?: { readonly code: number };
  readonly response?: object;
}

/** Deletes a study or series. @returns the operation's name. */
export async function deleteByOperation(fixture: Pick<Fixture, 'send'>, path: string): Promise<string> {
  const answer = await fixture.send('DELETE', path);
  if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text()}`);
  return (answer.json() as { name: string }).name;
}

export async function operation(fixture: Pick<Fixture, 'send'>, name: string): Promise<Operation> {
  return (await fixture.send('GET', `/v1/${name}`)).json() as Operation;
}

export const release = (fixture: Pick<Fixture, 'send'>, body: object = {}): Promise<Answer> =>
  fixture.send('POST', '/_control/operations/release', {}, JSON.stringify(body));

/** Asks until an answer is right; the test's own time-out is the bound. */
export async function eventually<Value>(
  ask: () => Promise<Value>,
  isRight: (value: Value) => boolean,
): Promise<Value> {
  for (;;) {
    const value = await ask();
    if (isRight(value)) return value;
    await setTimeout(1);
  }
}

/** The operation when it has ended. */
export const ended = (fixture: Pick<Fixture, 'send'>, name: string): Promise<Operation> =>
  eventually(
    () => operation(fixture, name),
    ({ done }) => done === true,
  );
