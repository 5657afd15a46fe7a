import { describe, expect, it } from '@jest/globals';
import { layoutTags, parseLayout, renderName, type Layout } from '../../../../src/domain/export/layout.ts';

const UIDS = { studyInstanceUid: '1.2', seriesInstanceUid: '1.2.3', sopInstanceUid: '1.2.3.4' };

const layoutOf = (text: string): Layout => {
  const layout = parseLayout(text, 0);
  if (typeof layout === 'string') throw new Error(layout);
  return layout;
};
const render = (
  text: string,
  attributes: Readonly<Record<string, readonly string[]>> = {},
  { frame, allow = false }: { frame?: number; allow?: boolean } = {},
): string => renderName(layoutOf(text), { uids: UIDS, attributes, frame }, allow);

describe('a layout', () => {
  it.each([
    ['a field that nobody knows', '{Study}/{SOPInstanceUID}', /field that is none of/],
    ['a brace without its other half', 'a{/{SOPInstanceUID}', /brace/],
    ['no field', 'always/the/same.dcm', /no field/],
    ['a step upwards', '../{SOPInstanceUID}', /segment/],
    ['a step upwards in the middle', 'a/../{SOPInstanceUID}', /segment/],
    ['a slash at the beginning', '/{SOPInstanceUID}', /segment/],
    ['a control character', 'a\u0007/{SOPInstanceUID}', /segment/],
    ["the worker's own folder", '_courier/{SOPInstanceUID}', /_courier/],
    ['a folder of Cloud Storage', '.well-known/{SOPInstanceUID}', /well-known/],
    ['names that may be too long', `${'{PatientID}/'.repeat(16)}{SOPInstanceUID}`, /1024/],
  ])('is refused for %s', (_name, text, problem) => {
    expect(parseLayout(text, 0)).toMatch(problem);
  });

  it('is refused where the prefix makes its names too long', () => {
    expect(typeof parseLayout('{SOPInstanceUID}', 960)).toBe('object');
    expect(parseLayout('{SOPInstanceUID}', 961)).toMatch(/1024/);
  });

  it('asks a search for what it needs beside the UIDs, once each', () => {
    const layout = layoutOf('{Modality}/{Modality}-{PatientID}/{SOPInstanceUID}-{FrameNumber}');
    expect(layoutTags(layout)).toEqual(['00080060', '00100020']);
  });
});

describe('a name', () => {
  it('is made of UIDs, attributes and the frame', () => {
    const attributes = { '00080020': ['20200102'], '00080060': ['MR'], '00200011': ['7'], '00200013': ['8'] };
    const text =
      '{StudyInstanceUID}/{SeriesInstanceUID}/{SOPInstanceUID}/{StudyDate}-{Modality}-{SeriesNumber}-{InstanceNumber}-{FrameNumber}.jpg';
    expect(render(text, attributes, { frame: 3 })).toBe('1.2/1.2.3/1.2.3.4/20200102-MR-7-8-3.jpg');
    expect(render('{SOPInstanceUID}-{FrameNumber}')).toBe('1.2.3.4-0');
  });

  it.each([
    ['a slash', 'a/b', 'a_b'],
    ['a step upwards', '..', '_.'],
    ['a backslash and a control character', 'a\\b\u0000c', 'a_b_c'],
    ['nothing', '', 'none'],
    ['blanks', '   ', 'none'],
    ['letters of other scripts, composed', 'Mu\u0308ller 山田', 'Müller_山田'],
    ['something long, cut between characters', 'ü'.repeat(50), 'ü'.repeat(32)],
  ])('makes %s safe', (_name, value, safe) => {
    expect(render('{Modality}/{SOPInstanceUID}', { '00080060': [value] })).toBe(`${safe}/1.2.3.4`);
  });

  it('hashes what identifies a patient, always the same way and for each attribute another', () => {
    const attributes = { '00100020': ['ID-1 '], '00080050': ['ID-1'] };
    const name = render('{PatientID}/{AccessionNumber}/{SOPInstanceUID}', attributes);
    const [patient, accession] = name.split('/');
    expect(patient).toMatch(/^[0-9a-f]{16}$/);
    expect(accession).toMatch(/^[0-9a-f]{16}$/);
    expect(accession).not.toBe(patient);
    expect(render('{PatientID}/{SOPInstanceUID}', { '00100020': ['ID-1'] })).toBe(`${patient ?? ''}/1.2.3.4`);
    expect(render('{PatientName}/{SOPInstanceUID}')).toBe('none/1.2.3.4');
  });

  it('says who the patient is where that is allowed', () => {
    const attributes = { '00100020': ['ID 1'] };
    expect(render('{PatientID}/{SOPInstanceUID}', attributes, { allow: true })).toBe('ID_1/1.2.3.4');
  });
});
