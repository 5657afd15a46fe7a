import { describe, expect, it } from '@jest/globals';
import {
  formatPlan,
  formatPlanItem,
  formatSliceItem,
  parsePlan,
  parsePlanItem,
  parseSliceItem,
  type ExportPlan,
} from '../../../../src/domain/export/export-plan.ts';
import {
  exportRecordName,
  partName,
  partsFolder,
  planName,
  planSliceName,
  planningFolder,
  publishedName,
  sliceFolder,
} from '../../../../src/domain/export/export-names.ts';
import {
  formatManifestLine,
  formatResult,
  itemKey,
  parseResult,
  type ItemResult,
} from '../../../../src/domain/export/item-result.ts';
import { CLOCK_START_MS } from '../../../support/fake-clock.ts';
import { makeUids } from '../../../support/factories.ts';

const ITEM = { uids: makeUids(), frame: 2, name: 't/a.jpg', target: 3, refusal: 'too-many-frames' };
const PLAN: ExportPlan = {
  token: 'p1',
  slices: 2,
  items: 7,
  isRefused: false,
  selection: { kind: 'query', query: { PatientID: 'A' } },
  targets: [{ target: { studyInstanceUid: '1', seriesInstanceUid: null, sopInstanceUid: null }, items: 7 }],
  destination: { bucket: 'exports', prefix: 't/' },
  rendition: { kind: 'rendered', mediaType: 'image/png' },
  overwrite: true,
  problems: ['p'],
  acceptedAtMs: CLOCK_START_MS,
};
const RESULT: ItemResult = {
  item: ITEM,
  outcome: 'exported',
  reason: 'r',
  detail: 'd',
  object: { generation: '12', sizeBytes: 9, crc32c: 0x80000001 },
  transferSyntaxUid: '1.2.840.10008.1.2',
};

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('documents of an export', () => {
  it('give back the plan', () => {
    expect(parsePlan(throughJson(formatPlan(PLAN)))).toEqual(PLAN);
    const selection = { kind: 'targets', targets: [PLAN.targets[0]?.target] };
    expect(parsePlan(throughJson({ ...(formatPlan(PLAN) as object), selection })).selection).toEqual(
      selection,
    );
  });

  it.each(['destination', 'rendition', 'token'])('are refused where the %s is not ours', (field) => {
    expect(() => parsePlan({ ...(formatPlan(PLAN) as object), [field]: '..' })).toThrow();
  });

  it.each([
    ['a frame that was refused', ITEM],
    ['a whole instance', { ...ITEM, frame: undefined, refusal: undefined }],
  ])('give back an item that is %s', (_name, item) => {
    expect(parsePlanItem(throughJson(formatPlanItem(item)))).toEqual(item);
  });

  it.each([true, false])('give back an item of a slice (of a cut series: %s)', (isOfCutSeries) => {
    const line = throughJson(formatSliceItem(ITEM, isOfCutSeries));
    expect(parseSliceItem(line)).toEqual({ ...ITEM, isOfCutSeries });
  });

  it.each([
    ['with an object', RESULT],
    ['without one', { ...RESULT, object: null, transferSyntaxUid: null, reason: null, detail: null }],
  ])('give back a result %s', (_name, result) => {
    expect(parseResult(throughJson(formatResult(result)))).toEqual(result);
  });

  it('say in the manifest where the object is, and nothing of the plan', () => {
    expect(formatManifestLine(RESULT, 'exports')).toEqual({
      study: '1.2.1',
      series: '1.2.2',
      instance: '1.2.3',
      frame: 2,
      object: 'gs://exports/t/a.jpg',
      outcome: 'exported',
      reason: 'r',
      detail: 'd',
      generation: '12',
      sizeBytes: 9,
      crc32c: 'gAAAAQ==',
      transferSyntax: '1.2.840.10008.1.2',
    });
  });

  it('tell frames of one instance apart', () => {
    expect(itemKey(ITEM)).not.toBe(itemKey({ ...ITEM, frame: 3 }));
    expect(itemKey({ ...ITEM, frame: undefined })).toBe('1.2.1/1.2.2/1.2.3/');
  });

  it('are all below the id of the command', () => {
    expect([
      planName('t'),
      planSliceName('t', 'p1', 3),
      sliceFolder('t', 3),
      planningFolder('t'),
      partsFolder('t'),
      partName('t', 3),
      publishedName('t'),
    ]).toEqual([
      'exports/t/plan.json',
      'exports/t/plan/p1/000003.jsonl',
      'exports/t/slices/000003/',
      'exports/t/planning/',
      'exports/t/parts/',
      'exports/t/parts/000003.jsonl',
      'exports/t/published.json',
    ]);
    expect(exportRecordName('t', CLOCK_START_MS)).toBe('audit/exports/2026-01-02/t.json');
  });
});
