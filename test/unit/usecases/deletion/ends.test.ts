import { describe, expect, it } from '@jest/globals';
import { everyInstance } from '../../../support/deletion-world.ts';
import { formatTarget } from '../../../../src/domain/dicom/target.ts';
import { ENDS, endNamed, type End } from '../../../support/deletion-ends.ts';
import {
  FAULTS,
  OTHER_WRITER,
  PLACES,
  planCases,
  TRIES,
  type Place,
} from '../../../support/deletion-faults.ts';
import { runCase, type CaseOutcome } from '../../../support/deletion-case.ts';

const BY_INSTANCE = 'unanswered three times, and then instance by instance';
const OTHERS = [...everyInstance(2, 2, 3)].map(formatTarget).filter((name) => !name.startsWith('1.1/1.1.1/'));

/** What has to be so however an operation ends, and whatever goes wrong on the way. */
function expectTruth(outcome: CaseOutcome, expected: End, mayBeUnnamed = false): void {
  const { report, uids, operationsStarted } = outcome;
  // An operation whose name was not written down may be followed by another, and then by none: that is the one case.
  const most = mayBeUnnamed ? Math.min(3, expected.operations + 1) : expected.operations;
  const isDoneAlone = mayBeUnnamed && report.status === 'complete' && expected.status !== 'complete';
  const end = isDoneAlone ? endNamed(BY_INSTANCE) : expected;
  const asked = end.isAbsent === true ? 0 : 3;
  const left = uids.filter((name) => !OTHERS.includes(name));
  expect(uids.filter((name) => OTHERS.includes(name))).toEqual(OTHERS.toSorted());
  expect(report.targets).toMatchObject([end.target]);
  expect(report.counts).toEqual(end.counts);
  expect(report.status).toBe(end.status);
  expect(left).toHaveLength(3 - asked + (end.counts.failed ?? 0));
  expect(operationsStarted).toBeLessThanOrEqual(most);
  expect(report.operations).toBeGreaterThanOrEqual(operationsStarted);
  expect(outcome.audits).toBe(1);
  expect(outcome.stuckReports).toBe(end.isStuck === true ? 1 : 0);
}

describe('an operation that ends', () => {
  it.each(ENDS.map((end) => [end.name, end] as const))('%s: the report is true', async (_, end) => {
    const outcome = await runCase(end);
    expectTruth(outcome, end);
    expect(outcome.operationsStarted).toBe(end.operations);
    expect(outcome.report.operations).toBe(end.reported ?? end.operations);
    expect(new Set(outcome.statuses)).toEqual(new Set([204]));
  });
});

describe.each(ENDS.filter(({ isVariant }) => isVariant !== true).map((end) => [end.name, end] as const))(
  'an operation that ends %s, while',
  (_, end) => {
    const rows = PLACES.filter(({ name }) => end.reaches.includes(name));
    it.each(rows.map((place) => [place.name, place] as const))('%s fails', async (__, place: Place) => {
      const cases = await planCases(end, place);
      for (const fault of cases) {
        const outcome = await runCase(end, fault);
        const isGivenUp = place.name === 'DELETE' && fault.times === 3 && fault.kind.isUnanswered;
        expect([fault.title, outcome.faultsLeft]).toEqual([fault.title, 0]);
        const isNoted = fault.times < TRIES && !fault.kind.isConfiguration && fault.kind !== OTHER_WRITER;
        const mayBeUnnamed = place.name === 'ledger write' && !isNoted;
        expectTruth(outcome, isGivenUp ? endNamed(BY_INSTANCE) : end, mayBeUnnamed);
        // A refused token is refreshed, and the call tried once more.
        const isMended = fault.kind.name === '401' && fault.times === 1 && !place.isTriedOnce;
        const isConfiguration = fault.kind.isConfiguration && !isMended;
        expect([fault.title, outcome.statuses.includes(503) && outcome.errorsLogged > 0]).toEqual([
          fault.title,
          isConfiguration,
        ]);
      }
      expect(cases.length).toBeGreaterThan(FAULTS.length);
    });
  },
);
