import { expect, it } from '@jest/globals';
import type { InstanceUids } from '../../../src/domain/dicom/instance-uids.ts';
import type { Target } from '../../../src/domain/dicom/target.ts';
import type { DicomDeletion, Operation } from '../../../src/ports/dicom-deletion.ts';
import { failureOf } from '../../support/blocks.ts';
import { describeArchives, type ArchiveSubject } from './archives.ts';

const { signal } = new AbortController();

const STUDY: Target = { studyInstanceUid: '1.1', seriesInstanceUid: null, sopInstanceUid: null };
const SERIES: Target = { ...STUDY, seriesInstanceUid: '1.1.1' };
const instance = (series: number, one: number, study = 1): InstanceUids => ({
  studyInstanceUid: `1.${study}`,
  seriesInstanceUid: `1.${study}.${series}`,
  sopInstanceUid: `1.${study}.${series}.${one}`,
});
/** Three instances of the series, one of its study, and one of another study. */
const ALL = [instance(1, 1), instance(1, 2), instance(1, 3), instance(2, 1), instance(1, 1, 2)];

/** Begins a deletion that goes on in an operation. @returns its name. */
async function begin(deletion: DicomDeletion, target: Target): Promise<string> {
  const answer = await deletion.delete(target, signal);
  if (answer.kind !== 'operation') throw new Error(`It was answered ${answer.kind}.`);
  return answer.name;
}

/** Which of {@link ALL} are there, by their place. */
async function left({ has }: ArchiveSubject): Promise<number[]> {
  const present = await Promise.all(ALL.map((uids) => has(uids)));
  return present.flatMap((is, index) => (is ? [index] : []));
}

/** All operations that delete; a dataset has others too, e.g. of its own creation. */
async function deletionsOf({ deletion }: ArchiveSubject): Promise<Operation[]> {
  const operations: Operation[] = [];
  let pageToken: string | undefined;
  do {
    const page = await deletion.listOperations(pageToken, signal);
    operations.push(...page.operations.filter(({ method = '' }) => method.startsWith('Delete')));
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return operations;
}

describeArchives('deleting from a store', (subject) => {
  it.each([
    ['a study', STUDY, 'DeleteStudy', [4], 4],
    ['a series', SERIES, 'DeleteSeries', [3, 4], 3],
  ])('takes %s away by an operation, and nothing else', async (_what, target, method, rest, success) => {
    const { deletion, put, endOperations } = subject();
    await put(...ALL);
    const name = await begin(deletion, target);
    const running = await deletion.getOperation(name, signal);
    expect(running).toEqual({ name, method, createdAtMs: expect.any(Number), end: undefined });
    await endOperations();
    await expect(deletion.getOperation(name, signal)).resolves.toEqual({
      ...running,
      end: { kind: 'clean', success },
    });
    expect(await left(subject())).toEqual(rest);
  });

  it('takes an instance away at once', async () => {
    const { deletion, put } = subject();
    await put(...ALL);
    await expect(deletion.delete(instance(1, 2), signal)).resolves.toEqual({ kind: 'done' });
    expect(await left(subject())).toEqual([0, 2, 3, 4]);
    expect(await deletionsOf(subject())).toEqual([]);
  });

  it('finds nothing where there is nothing', async () => {
    const { deletion, put } = subject();
    await put(instance(1, 1, 2));
    for (const target of [STUDY, SERIES, instance(1, 1)]) {
      await expect(deletion.delete(target, signal)).resolves.toEqual({ kind: 'absent' });
    }
    expect(await deletionsOf(subject())).toEqual([]);
  });

  it('may begin an operation though there is nothing', async () => {
    const { deletion, set, endOperations } = subject();
    await set({ missingTarget: 'operation' });
    const name = await begin(deletion, STUDY);
    await endOperations();
    await expect(deletion.getOperation(name, signal)).resolves.toMatchObject({ end: { kind: 'clean' } });
  });

  it('may do without an operation', async () => {
    const { deletion, put, set } = subject();
    await put(...ALL);
    await set({ reaction: 'empty' });
    await expect(deletion.delete(SERIES, signal)).resolves.toEqual({ kind: 'done' });
    expect(await left(subject())).toEqual([3, 4]);
    expect(await deletionsOf(subject())).toEqual([]);
  });

  it('goes on though its answer is lost, and is found among the operations', async () => {
    const { deletion, put, set, endOperations } = subject();
    await put(...ALL);
    await set({ reaction: 'lost' });
    await expect(failureOf(deletion.delete(SERIES, signal))).resolves.toMatchObject({
      code: 'connection-lost',
    });
    await endOperations();
    expect(await deletionsOf(subject())).toMatchObject([
      { method: 'DeleteSeries', end: { kind: 'clean', success: 3 } },
    ]);
    expect(await left(subject())).toEqual([3, 4]);
  });

  it('has done it though the answer for an instance is lost', async () => {
    const { deletion, put, set } = subject();
    await put(...ALL);
    await set({ reaction: 'lost' });
    const failure = await failureOf(deletion.delete(instance(1, 1), signal));
    expect(failure).toMatchObject({ code: 'connection-lost' });
    expect(await left(subject())).toEqual([1, 2, 3, 4]);
  });

  it.each(['operation', 'refused'] as const)(
    'gives a second deletion of what is being deleted an answer of its own: %s',
    async (secondDeletion) => {
      const { deletion, put, set, endOperations } = subject();
      await put(...ALL);
      await set({ secondDeletion });
      await begin(deletion, SERIES);
      const second = deletion.delete(STUDY, signal).then(
        ({ kind }) => kind,
        (error: unknown) => (error as { code: string }).code,
      );
      expect(await second).toBe(secondDeletion === 'operation' ? 'operation' : 'request-refused');
      await endOperations();
      expect(await left(subject())).toEqual(secondDeletion === 'operation' ? [4] : [3, 4]);
    },
  );

  it('lets searches list for a while what is gone', async () => {
    const { deletion, search, put, set } = subject();
    await put(...ALL);
    await set({ searchLagMs: 600_000 });
    await deletion.delete(instance(2, 1), signal);
    const query = { level: 'instances', within: STUDY, limit: 100, offset: 0 } as const;
    expect(await search.search(query, signal)).toHaveLength(4);
    expect(await left(subject())).toEqual([0, 1, 2, 4]);
  });
});

describeArchives('an operation', (subject) => {
  it.each([
    ['partial', {}, { kind: 'partial', success: 2, failure: 1 }, 1],
    ['partial', { instancesLeft: 2 }, { kind: 'partial', success: 1, failure: 2 }, 2],
    ['partial', { instancesLeft: 0 }, { kind: 'partial', success: 2, failure: 1 }, 1],
    ['partial', { instancesLeft: 9 }, { kind: 'partial', success: 0, failure: 3 }, 3],
    ['error', {}, { kind: 'error', code: 13 }, 1],
    ['error', { errorCode: 14, instancesLeft: 0 }, { kind: 'error', code: 14 }, 0],
    ['cancelled', { instancesLeft: 2 }, { kind: 'cancelled' }, 2],
  ] as const)('may end as %s (%j), and leave instances', async (outcome, settings, end, count) => {
    const { deletion, put, set, endOperations } = subject();
    await put(...ALL);
    await set({ outcome, ...settings });
    const name = await begin(deletion, SERIES);
    await endOperations();
    await expect(deletion.getOperation(name, signal)).resolves.toMatchObject({ end });
    expect(await left(subject())).toHaveLength(count + 2);
  });

  it.each(['success', 'partial'] as const)(
    'may not count, and then does not tell whether it was a %s',
    async (outcome) => {
      const { deletion, put, set, endOperations } = subject();
      await put(...ALL);
      await set({ outcome, operationCounter: 'absent' });
      const name = await begin(deletion, SERIES);
      await endOperations();
      const { end } = await deletion.getOperation(name, signal);
      expect(end).toEqual({ kind: 'clean', success: undefined });
    },
  );

  it('goes on though there is no record of it', async () => {
    const { deletion, put, set, endOperations } = subject();
    await put(...ALL);
    const name = await begin(deletion, STUDY);
    await set({ operationRecords: 'lost' });
    await expect(failureOf(deletion.getOperation(name, signal))).resolves.toMatchObject({
      code: 'not-found',
    });
    expect(await deletionsOf(subject())).toEqual([]);
    await endOperations();
    expect(await left(subject())).toEqual([4]);
  });

  it('is listed while it runs and afterwards, page by page', async () => {
    const { deletion, set, endOperations } = subject();
    await set({ missingTarget: 'operation' });
    const names: string[] = [];
    for (let study = 1; study <= 105; study += 1) {
      names.push(await begin(deletion, { ...STUDY, studyInstanceUid: `9.${study}` }));
    }
    const running = await deletionsOf(subject());
    expect(running.map(({ name }) => name).sort()).toEqual(names.sort());
    expect(running.every(({ end }) => end === undefined)).toBe(true);
    const first = await deletion.listOperations(undefined, signal);
    expect(first.operations).toHaveLength(100);
    await endOperations();
    const ended = await deletionsOf(subject());
    expect(ended.filter(({ end }) => end?.kind === 'clean')).toHaveLength(105);
  });

  it('that never was is not found', async () => {
    const { deletion, set } = subject();
    await set({ missingTarget: 'operation' });
    const name = await begin(deletion, STUDY);
    const failure = await failureOf(deletion.getOperation(`${name}0`, signal));
    expect(failure).toMatchObject({ code: 'not-found' });
  });
});
