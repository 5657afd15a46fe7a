import { describe, expect, it } from '@jest/globals';
import { ExportTally } from '../../../../src/domain/export/export-tally.ts';
import type { ItemOutcome, ItemResult } from '../../../../src/domain/export/item-result.ts';
import { makeUids } from '../../../support/factories.ts';

const TARGET = { studyInstanceUid: '1.2', seriesInstanceUid: null, sopInstanceUid: null };

const result = (outcome: ItemOutcome, target = 0, changes: Partial<ItemResult> = {}): ItemResult => ({
  item: { uids: makeUids(), frame: undefined, name: 'n', target, refusal: undefined },
  outcome,
  reason: null,
  detail: null,
  object: null,
  transferSyntaxUid: null,
  ...changes,
});
const tallyOf = (outcomes: readonly ItemOutcome[], items = outcomes.length): ExportTally => {
  const tally = new ExportTally([{ target: TARGET, items }]);
  for (const outcome of outcomes) tally.add(result(outcome));
  return tally;
};

describe('the end of an export', () => {
  it.each<[ItemOutcome[], string, string]>([
    [['exported', 'already-exported', 'excluded'], 'complete', 'exported'],
    [['exported', 'failed'], 'partial', 'partial'],
    [['already-exported', 'conflict'], 'partial', 'partial'],
    [['failed', 'absent'], 'failed', 'failed'],
    [[], 'failed', 'absent'],
  ])('with %j is %s, and its target %s', (outcomes, status, targetOutcome) => {
    const tally = tallyOf(outcomes);
    expect(tally.status).toBe(status);
    expect(tally.targets[0]).toMatchObject({ study: '1.2', outcome: targetOutcome });
  });

  it('is complete where a query has found nothing', () => {
    expect(new ExportTally([]).status).toBe('complete');
  });

  it('counts what belongs to a target that is not reported', () => {
    const tally = tallyOf(['exported']);
    tally.add(result('exported', 7));
    expect(tally.counts).toEqual({ exported: 2 });
    expect(tally.targets[0]?.counts).toEqual({ exported: 1 });
  });

  it('names what failed and why, up to as many as a person reads', () => {
    const tally = new ExportTally([]);
    tally.add(result('failed', 0, { reason: 'store-refused', detail: 'answered 406' }));
    for (let count = 0; count < 60; count += 1) tally.add(result('conflict'));
    expect(tally.problems[0]).toBe(
      'studies/1.2.1/series/1.2.2/instances/1.2.3: failed (store-refused: answered 406)',
    );
    expect(tally.problems[1]).toBe('studies/1.2.1/series/1.2.2/instances/1.2.3: conflict');
    expect(tally.problems.at(-1)).toBe('and 11 more, which are in the manifest');
    expect(tally.problems).toHaveLength(51);
  });
});
