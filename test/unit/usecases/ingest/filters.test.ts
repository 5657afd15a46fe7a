import { describe, expect, it } from '@jest/globals';
import {
  ignoreReason,
  type FilteredEvent,
  type InboxFilter,
} from '../../../../src/usecases/ingest/filters.ts';
import { makeObjectRef } from '../../../support/factories.ts';

const FILTER: InboxFilter = { bucket: 'inbox', prefix: 'ward/', ignorePattern: /\.(txt|md)$/u };

const reasonFor = (name: string, changes: Partial<FilteredEvent> = {}, filter = FILTER): string | undefined =>
  ignoreReason(
    { eventType: 'OBJECT_FINALIZE', object: makeObjectRef({ name }), metadata: {}, ...changes },
    filter,
  );

describe('the filter of the inbox', () => {
  it.each(['ward/a.dcm', 'ward/gsutil/tmp/a.dcm', 'ward/.dcm', 'ward/a.txt.dcm'])('lets %s in', (name) => {
    expect(reasonFor(name)).toBeUndefined();
  });

  it('lets everything in where neither prefix nor pattern is given', () => {
    const filter = { bucket: 'inbox', prefix: '', ignorePattern: undefined };
    expect(reasonFor('anything.txt', {}, filter)).toBeUndefined();
  });

  it.each([
    ['folder-marker', 'ward/'],
    ['composite-part', 'gsutil/tmp/parallel_composite_uploads/for_details_see/gsutil_help_cp/a_1'],
    ['composite-part', 'ward/gcloud/tmp/parallel_composite_uploads/see_gcloud_storage_cp_help/a_1'],
    ['outside-prefix', 'lab/a.dcm'],
    ['ignored-by-pattern', 'ward/readme.md'],
  ])('says %s of %s', (reason, name) => {
    expect(reasonFor(name)).toBe(reason);
  });

  it.each(['OBJECT_DELETE', 'OBJECT_ARCHIVE', 'OBJECT_METADATA_UPDATE', 'object_finalize'])(
    'does not care for %s',
    (eventType) => {
      expect(reasonFor('ward/a.dcm', { eventType })).toBe('event-type');
    },
  );

  it('does not care for another bucket', () => {
    expect(reasonFor('', { object: makeObjectRef({ bucket: 'exports' }) })).toBe('other-bucket');
  });

  it.each(['quarantine', 'archive', ''])('knows what the worker has written itself (%j)', (kind) => {
    expect(reasonFor('ward/a.dcm', { metadata: { 'dicom-courier': kind } })).toBe('own-output');
  });

  it('gives the same answer however often it is asked', () => {
    expect([reasonFor('ward/a.txt'), reasonFor('ward/a.txt')]).toEqual([
      'ignored-by-pattern',
      'ignored-by-pattern',
    ]);
  });
});
