import { describe, expect, it } from '@jest/globals';
import {
  parseExportCommand,
  type ExportCommand,
  type ExportLimits,
} from '../../../../src/domain/export/export-command.ts';

const LIMITS: ExportLimits = {
  destinations: [{ bucket: 'exports', prefix: 'trials/' }],
  maxTargets: 2,
  allowOverwrite: false,
};
const COMMAND = {
  action: 'export',
  id: 'trial-42',
  targets: [{ study: '1.2.3', series: '1.2.3.4' }],
  destination: 'gs://exports/trials/42/',
};

const accepted = (changes: object = {}, limits: Partial<ExportLimits> = {}): ExportCommand => {
  const parsed = parseExportCommand({ ...COMMAND, ...changes }, { ...LIMITS, ...limits });
  if (parsed.kind === 'refused') throw new Error(parsed.problems.join('; '));
  return parsed.command;
};
const problemsOf = (changes: object): readonly string[] => {
  const parsed = parseExportCommand({ ...COMMAND, ...changes }, LIMITS);
  return parsed.kind === 'refused' ? parsed.problems : [];
};

describe('a command to export', () => {
  it('names its targets from the study down, and a place', () => {
    expect(accepted()).toMatchObject({
      id: 'trial-42',
      selection: {
        kind: 'targets',
        targets: [{ studyInstanceUid: '1.2.3', seriesInstanceUid: '1.2.3.4', sopInstanceUid: null }],
      },
      destination: { bucket: 'exports', prefix: 'trials/42/' },
      rendition: { kind: 'original' },
      overwrite: false,
    });
    expect(accepted({ targets: [{ study: '1', series: '2', instance: '3' }] }).selection).toMatchObject({
      targets: [{ studyInstanceUid: '1', seriesInstanceUid: '2', sopInstanceUid: '3' }],
    });
  });

  it('may have a query in place of targets, and no id', () => {
    const command = accepted({ targets: undefined, id: undefined, query: { PatientID: 'A' } });
    expect(command).toMatchObject({ id: undefined, selection: { kind: 'query', query: { PatientID: 'A' } } });
  });

  it('is the same command whatever its id', () => {
    expect(accepted({ id: 'other' }).content).toEqual(accepted().content);
    expect(accepted({ layout: '{SOPInstanceUID}' }).content).not.toEqual(accepted().content);
  });

  it.each([
    ['neither targets nor query', { targets: undefined }, /either targets or a query/],
    ['both', { query: { PatientID: 'A' } }, /either targets or a query/],
    ['no targets', { targets: [] }, /targets/],
    ['too many targets', { targets: [{ study: '1' }, { study: '2' }, { study: '3' }] }, /MAX_TARGETS/],
    ['a place that is none', { destination: 'gs://exports/trials/42' }, /has to be gs:/],
    ['a place that is not allowed', { destination: 'gs://exports/elsewhere/' }, /EXPORT_DESTINATIONS/],
    ['a layout that is none', { layout: '{X}' }, /layout/],
    ['a format that is none', { format: 'jpeg' }, /format/],
    ['a lossy format', { format: 'transferSyntax:1.2.840.10008.1.2.4.50' }, /allowLossy/],
    ['overwriting where it is not allowed', { overwrite: true }, /ALLOW_OVERWRITE/],
    ['a field that is none', { compress: true }, /compress/],
    ['another action', { action: 'delete' }, /action/],
  ])('is refused for %s', (_name, changes, problem) => {
    expect(problemsOf(changes).join('\n')).toMatch(problem);
  });

  it('may be lossy, or overwrite, where that is wanted and allowed', () => {
    const format = 'transferSyntax:1.2.840.10008.1.2.4.50';
    expect(accepted({ format, allowLossy: true }).rendition.kind).toBe('transfer-syntax');
    expect(accepted({ overwrite: true }, { allowOverwrite: true }).overwrite).toBe(true);
  });

  it('is refused under its id where it has a right one', () => {
    expect(parseExportCommand({ id: 'a', action: 'export' }, LIMITS)).toMatchObject({ id: 'a' });
    expect(parseExportCommand({ id: '../a', action: 'export' }, LIMITS)).toMatchObject({ id: null });
    expect(parseExportCommand('export', LIMITS)).toMatchObject({ id: null });
    const unnamed = { ...COMMAND, id: undefined, format: 'x' };
    expect(parseExportCommand(unnamed, LIMITS)).toMatchObject({ id: null });
  });

  it('quotes nothing of what it refuses', () => {
    const secret = 'Doe^Jane';
    const all = [
      { layout: `{${secret}}` },
      { query: { PatientName: `${secret}*` } },
      { destination: secret },
    ];
    for (const changes of all) expect(problemsOf(changes).join()).not.toContain('Jane');
  });
});
