import { formatTargetPath, type Target } from '../domain/dicom/target.ts';
import { NotFoundError } from '../domain/errors.ts';
import type { DicomSearch, FoundAttributes, SearchQuery, Tag } from '../ports/dicom-search.ts';
import { dicomJsonRows } from './dicom-json.ts';
import type { Http, HttpAnswer } from './http.ts';
import { readJsonAnswer } from './json-answer.ts';
import { refusal } from './refusal.ts';

export interface DicomwebSearchOptions {
  readonly http: Http;
  /** The DICOMweb root without a trailing slash. */
  readonly root: string;
}

/** Some five thousand matches with a dozen attributes each, and much to spare. */
const LONGEST_ANSWER_BYTES = 64 * 1024 * 1024;

const CALL = 'search';
const STUDY_UID = '0020000D';
const SERIES_UID = '0020000E';
const INSTANCE_UID = '00080018';

/** Of instances a store gives neither study nor series unless it is asked for them (conformance statement, 2026-04-14). */
const UIDS: Readonly<Record<SearchQuery['level'], readonly Tag[]>> = {
  studies: [STUDY_UID],
  series: [STUDY_UID, SERIES_UID],
  instances: [STUDY_UID, SERIES_UID, INSTANCE_UID],
};

/** The search of a DICOM store over DICOMweb (QIDO-RS, PS3.18 section 10.6). */
export function makeDicomwebSearch({ http, root }: DicomwebSearchOptions): DicomSearch {
  const get = (url: string, signal: AbortSignal): Promise<HttpAnswer> =>
    http({ method: 'GET', call: CALL, url, headers: { accept: 'application/dicom+json' }, signal });

  /** @throws unless the store takes searches: then a 404 below one study is about the study. */
  const requireStore = async (signal: AbortSignal): Promise<void> => {
    const answer = await get(`${root}/studies?limit=1`, signal);
    if (answer.status !== 200 && answer.status !== 204) throw await refusal(answer);
    await readRows(answer, new Set());
  };

  return {
    async search(query, signal) {
      const wanted = new Set([...UIDS[query.level], ...(query.include ?? [])]);
      const answer = await get(`${root}/${formatQuery(query, wanted)}`, signal);
      if (answer.status === 200 || answer.status === 204) return readRows(answer, wanted);
      const failure = await refusal(answer);
      // Some servers answer so for a study that is not there; but so does every server for a store that is not.
      if (!(failure instanceof NotFoundError) || query.within === null) throw failure;
      await requireStore(signal);
      return [];
    },
  };
}

async function readRows(answer: HttpAnswer, wanted: ReadonlySet<Tag>): Promise<readonly FoundAttributes[]> {
  if (answer.status === 204) {
    await answer.discard();
    return [];
  }
  return readJsonAnswer(answer, CALL, dicomJsonRows(wanted), LONGEST_ANSWER_BYTES);
}

/** Path and query: what is above the level of the search is of the path, and the rest of `within` a filter. */
function formatQuery(
  { level, within, filter = {}, limit, offset }: SearchQuery,
  wanted: ReadonlySet<Tag>,
): string {
  const { path, rest } = split(within, level);
  const query = new URLSearchParams({ ...rest, ...filter });
  query.set('includefield', [...wanted].join(','));
  query.set('limit', String(limit));
  query.set('offset', String(offset));
  return `${path}${level}?${query.toString()}`;
}

/** There is a path to the series of a study and to the instances of a study or series, and to nothing else. */
function split(
  within: Target | null,
  level: SearchQuery['level'],
): { readonly path: string; readonly rest: Readonly<Record<Tag, string>> } {
  if (within === null) return { path: '', rest: {} };
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = within;
  if (level === 'studies') return { path: '', rest: { [STUDY_UID]: studyInstanceUid } };
  const above: Target = {
    studyInstanceUid,
    seriesInstanceUid: level === 'series' ? null : seriesInstanceUid,
    sopInstanceUid: null,
  };
  const rest = {
    ...(level === 'series' && seriesInstanceUid !== null ? { [SERIES_UID]: seriesInstanceUid } : {}),
    ...(level === 'instances' && sopInstanceUid !== null ? { [INSTANCE_UID]: sopInstanceUid } : {}),
  };
  return { path: `${formatTargetPath(above)}/`, rest };
}
