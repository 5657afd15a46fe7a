import { describe, expect, it } from '@jest/globals';
import { toTarget } from '../../../../src/domain/dicom/target.ts';
import { eachDistinctMatch, listInstances } from '../../../../src/usecases/deletion/list-instances.ts';
import { failureOf } from '../../../support/blocks.ts';
import { makeParts } from '../../../support/deletion-context.ts';

const TARGET = toTarget({ study: '1.1' });

describe('a listing of several pages', () => {
  it('leaves nothing out because something else went between two of them', async () => {
    const { world, deps, invocation } = makeParts();
    world.fill(1, 1, 4);
    world.archive.settings.maxPage = 1;
    const search = world.archive.search.bind(world.archive);
    let searches = 0;
    world.archive.search = async (query, signal) => {
      searches += 1;
      if (searches === 2) {
        const gone = { studyInstanceUid: '1.1', seriesInstanceUid: '1.1.1', sopInstanceUid: '1.1.1.1' };
        await world.archive.delete(gone, signal);
      }
      return search(query, signal);
    };
    const listed = await listInstances(TARGET, 100, deps, invocation);
    expect(listed).toMatchObject({
      '1.1.1': expect.arrayContaining(['1.1.1.2', '1.1.1.3', '1.1.1.4']) as unknown,
    });
  });

  it('is given up when it never comes to rest', async () => {
    const { world, deps, invocation } = makeParts();
    let row = 0;
    world.archive.search = ({ offset }) =>
      Promise.resolve(offset < 2 ? [{ '0020000E': [String((row += 1))] }] : []);
    const query = { level: 'series', within: TARGET } as const;
    const matches = eachDistinctMatch(query, (found) => found['0020000E']?.[0] ?? '', deps, invocation);
    await expect(failureOf(Array.fromAsync(matches))).resolves.toMatchObject({ code: 'unavailable' });
  });

  it('is read once where it has one page', async () => {
    const { world, deps, invocation } = makeParts();
    world.fill(1, 1, 4);
    const search = world.archive.search.bind(world.archive);
    let searches = 0;
    world.archive.search = (query, signal) => {
      searches += 1;
      return search(query, signal);
    };
    await listInstances(TARGET, 100, deps, invocation);
    expect(searches).toBe(2);
  });
});
