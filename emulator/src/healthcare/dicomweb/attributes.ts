import type { DicomJson } from '../dicom/dicom-json.ts';
import { tagOfKeyword } from '../dicom/dictionary.ts';
import type { Level } from './paths.ts';

/** The attributes a search returns without being asked, by the keywords of PS3.6. */
export const DEFAULT_ATTRIBUTES: Readonly<Record<Level, readonly string[]>> = {
  study: tags(
    'SpecificCharacterSet StudyDate StudyTime AccessionNumber InstanceAvailability ReferringPhysicianName',
    'TimezoneOffsetFromUTC PatientName PatientID PatientBirthDate PatientSex StudyInstanceUID StudyID',
  ),
  series: tags(
    'SpecificCharacterSet Modality TimezoneOffsetFromUTC SeriesDescription SeriesInstanceUID',
    'PerformedProcedureStepStartDate PerformedProcedureStepStartTime RequestAttributesSequence',
  ),
  instance: tags(
    'SpecificCharacterSet SOPClassUID SOPInstanceUID InstanceAvailability TimezoneOffsetFromUTC InstanceNumber',
    'Rows Columns BitsAllocated NumberOfFrames',
  ),
};

/** What else belongs to a study: the patient's group as a whole is added to these. */
const STUDY_ATTRIBUTES = new Set([
  ...DEFAULT_ATTRIBUTES.study,
  ...tags(
    'ModalitiesInStudy StudyDescription ProcedureCodeSequence PhysiciansOfRecord NameOfPhysiciansReadingStudy',
    'AdmittingDiagnosesDescription ReferencedStudySequence NumberOfStudyRelatedSeries',
    'NumberOfStudyRelatedInstances',
  ),
]);

/** What else belongs to a series. */
const SERIES_ATTRIBUTES = new Set([
  ...DEFAULT_ATTRIBUTES.series,
  ...tags(
    'SeriesDate SeriesTime SeriesNumber Laterality BodyPartExamined ProtocolName PatientPosition OperatorsName',
    'PerformingPhysicianName Manufacturer ManufacturerModelName InstitutionName StationName FrameOfReferenceUID',
    'PerformedProcedureStepID PerformedProcedureStepDescription NumberOfSeriesRelatedInstances',
  ),
]);

/** The level whose searches return an attribute. */
export function levelOf(tag: string): Level {
  if (tag.startsWith('0010') || STUDY_ATTRIBUTES.has(tag)) return 'study';
  return SERIES_ATTRIBUTES.has(tag) ? 'series' : 'instance';
}

const INSTANCE_DEFAULTS = new Set(DEFAULT_ATTRIBUTES.instance);

/** Whether a record keeps an attribute; the others are read from the file when a search asks for them. */
export function isRecorded(tag: string): boolean {
  return INSTANCE_DEFAULTS.has(tag) || levelOf(tag) !== 'instance';
}

/** The attributes of a record by level. Those that two levels return are in both. */
export function byLevel(json: DicomJson): Record<Level, DicomJson> {
  const levels: Record<Level, DicomJson> = { study: {}, series: {}, instance: {} };
  for (const [tag, attribute] of Object.entries(json)) {
    const level = levelOf(tag);
    if (level !== 'instance') levels[level][tag] = attribute;
    if (DEFAULT_ATTRIBUTES.series.includes(tag)) levels.series[tag] = attribute;
    if (INSTANCE_DEFAULTS.has(tag)) levels.instance[tag] = attribute;
  }
  return levels;
}

function tags(...lines: readonly string[]): string[] {
  return lines
    .join(' ')
    .split(' ')
    .map((keyword) => {
      const tag = tagOfKeyword(keyword);
      if (tag === undefined) throw new Error(`${keyword} is missing from dictionary.tsv.`);
      return tag;
    });
}
