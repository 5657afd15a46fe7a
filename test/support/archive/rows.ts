import { containsTarget } from '../../../src/domain/dicom/target.ts';
import { RequestRefusedError } from '../../../src/domain/errors.ts';
import type { FoundAttributes, SearchQuery, Tag } from '../../../src/ports/dicom-search.ts';
import type { ArchiveRecord } from './contents.ts';

const STUDY_UID = '0020000D';
const SERIES_UID = '0020000E';
const INSTANCE_UID = '00080018';
const STUDY_DATE = '00080020';

const UIDS: Readonly<Record<SearchQuery['level'], readonly Tag[]>> = {
  studies: [STUDY_UID],
  series: [STUDY_UID, SERIES_UID],
  instances: [STUDY_UID, SERIES_UID, INSTANCE_UID],
};

/** What Google's store can be searched for: of a study these, and of a series its modality, beside the UIDs. */
const STUDY_FILTERS: readonly Tag[] = ['00100010', '00100020', '00080050', '00080090', STUDY_DATE];
const MODALITY = '00080060';

/**
 * The matches of a search, all of them, in an order that means nothing and is always the same.
 *
 * @throws RequestRefusedError for a filter that the store does not have.
 */
export function findRows(records: readonly ArchiveRecord[], query: SearchQuery): FoundAttributes[] {
  const { level, within, filter = {}, include = [] } = query;
  const tags = [...UIDS[level], ...include];
  const allowed = [...UIDS[level], ...STUDY_FILTERS, ...(level === 'studies' ? [] : [MODALITY])];
  if (Object.keys(filter).some((tag) => !allowed.includes(tag))) {
    throw new RequestRefusedError('search: answered 400', { details: { call: 'search', status: 400 } });
  }
  const matches = new Map<string, FoundAttributes>();
  for (const { uids, attributes } of records) {
    if (within !== null && !containsTarget(within, uids)) continue;
    if (!Object.entries(filter).every(([tag, wanted]) => isMatch(tag, attributes[tag]?.[0] ?? '', wanted)))
      continue;
    const key = UIDS[level].map((tag) => attributes[tag]?.[0] ?? '').join('/');
    if (matches.has(key)) continue;
    const row = tags.flatMap((tag) =>
      attributes[tag] === undefined ? [] : [[tag, attributes[tag]] as const],
    );
    matches.set(key, Object.fromEntries(row));
  }
  const sorted = [...matches].sort(([a], [b]) => (scrambled(a) < scrambled(b) ? -1 : 1));
  return sorted.map(([, row]) => row);
}

/** Such that neighbours come apart. */
function scrambled(text: string): string {
  return Buffer.from(text).reverse().toString('hex');
}

/** Exactly, but for a range of study dates, which may be open at either end. */
function isMatch(tag: Tag, value: string, wanted: string): boolean {
  const [, from, to] = /^(\d*)-(\d*)$/.exec(wanted) ?? [];
  if (tag !== STUDY_DATE || from === undefined || to === undefined) return value === wanted;
  return value !== '' && value >= from && (to === '' || value <= to);
}
