import { describe, expect, it } from '@jest/globals';
import {
  parseDeletionContent,
  readDeletionMessage,
  type DeletionCommand,
} from '../../../../src/domain/deletion/delete-command.ts';

const DELETE = { action: 'delete', targets: [{ study: '1.2' }] };
const CLEANUP = { action: 'cleanup', olderThan: 'P1Y', age: 'ingested' };

function commandOf(content: unknown): DeletionCommand {
  const message = readDeletionMessage(content);
  if (message.kind !== 'command') throw new Error(`It was taken for ${JSON.stringify(message)}.`);
  return message.command;
}

describe('a message to the delete function that is valid', () => {
  it('is the tick', () => {
    expect(readDeletionMessage({ action: 'tick' })).toEqual({ kind: 'tick' });
  });

  it('is a delete command with all that it may say', () => {
    const targets = [
      { study: '1.2' },
      { study: '1.2', series: '1.3' },
      { study: '1.2', series: '1.3', instance: '1.4' },
    ];
    const content = { action: 'delete', targets, expect: { instances: 0 }, dryRun: true };
    expect(readDeletionMessage({ ...content, id: 'erase-7' })).toEqual({
      kind: 'command',
      id: 'erase-7',
      content,
      command: {
        kind: 'delete',
        targets: [
          { studyInstanceUid: '1.2', seriesInstanceUid: null, sopInstanceUid: null },
          { studyInstanceUid: '1.2', seriesInstanceUid: '1.3', sopInstanceUid: null },
          { studyInstanceUid: '1.2', seriesInstanceUid: '1.3', sopInstanceUid: '1.4' },
        ],
        expectedInstances: 0,
        dryRun: true,
      },
    });
  });

  it('is a delete command that deletes unless it says otherwise, and expects nothing', () => {
    expect(readDeletionMessage(DELETE)).toMatchObject({
      id: undefined,
      content: { ...DELETE, dryRun: false },
      command: { expectedInstances: null, dryRun: false },
    });
  });

  it('is a cleanup with all that it may say', () => {
    const content = {
      action: 'cleanup',
      olderThan: 'P1Y',
      age: 'study-date',
      filter: { modality: ['CT', 'MR'] },
      minInStore: 'P30D',
      maxSeries: 7,
      dryRun: false,
    };
    expect(commandOf(content)).toEqual({
      kind: 'cleanup',
      olderThan: { months: 12, days: 0 },
      age: 'study-date',
      modalities: ['CT', 'MR'],
      minInStore: { months: 0, days: 30 },
      maxSeries: 7,
      dryRun: false,
    });
  });

  it('is a cleanup that deletes nothing unless it says so', () => {
    expect(commandOf(CLEANUP)).toEqual({
      kind: 'cleanup',
      olderThan: { months: 12, days: 0 },
      age: 'ingested',
      modalities: null,
      minInStore: null,
      maxSeries: 500,
      dryRun: true,
    });
  });

  it.each([DELETE, { ...DELETE, expect: { instances: 5 } }, CLEANUP, { ...CLEANUP, minInStore: 'P2W' }])(
    'means the same when it is read again from where it was kept: %j',
    (content) => {
      const message = readDeletionMessage(content);
      const kept: unknown = message.kind === 'command' ? JSON.parse(JSON.stringify(message.content)) : null;
      expect(parseDeletionContent(kept)).toEqual(commandOf(content));
    },
  );
});

const UID = 'has to be a UID: digits and periods, at most 64';
const PERIOD = 'has to be an ISO 8601 period of years, months, weeks and days, such as P365D';
const ID =
  'has to be 1 to 128 letters, digits, periods, hyphens and underscores, the first a letter or digit';
const without = (content: Record<string, unknown>, field: string): object =>
  Object.fromEntries(Object.entries(content).filter(([name]) => name !== field));

const INVALID: readonly (readonly [string, unknown, readonly string[]])[] = [
  ['nothing', undefined, ['action: has to be delete, cleanup or tick']],
  ['null', null, ['action: has to be delete, cleanup or tick']],
  ['a text', 'delete', ['action: has to be delete, cleanup or tick']],
  ['a list', [DELETE], ['action: has to be delete, cleanup or tick']],
  ['no action', { targets: [] }, ['action: has to be delete, cleanup or tick']],
  ['an unknown action', { ...DELETE, action: 'erase' }, ['action: has to be delete, cleanup or tick']],
  ['a tick with more', { action: 'tick', now: true }, ['now: is not a field of this command']],
  ['no targets', { action: 'delete' }, ['targets: is missing']],
  ['targets that are none', { ...DELETE, targets: '1.2' }, ['targets: has to be a list']],
  ['an empty list', { ...DELETE, targets: [] }, ['targets: has to name at least one target']],
  [
    'too many targets',
    { ...DELETE, targets: Array.from({ length: 10_001 }, () => ({ study: '1' })) },
    ['targets: has to name at most 10000 targets'],
  ],
  ['a target that is a text', { ...DELETE, targets: ['1.2'] }, ['targets.0: has to be an object']],
  ['a target without a study', { ...DELETE, targets: [{ series: '1' }] }, ['targets.0.study: is missing']],
  ['a UID that is a number', { ...DELETE, targets: [{ study: 1.2 }] }, ['targets.0.study: has to be a text']],
  ['a UID that is none', { ...DELETE, targets: [{ study: 'Doe^John' }] }, [`targets.0.study: ${UID}`]],
  ['a UID with a slash', { ...DELETE, targets: [{ study: '1/2' }] }, [`targets.0.study: ${UID}`]],
  [
    'an instance without its series',
    { ...DELETE, targets: [{ study: '1' }, { study: '1', instance: '2' }] },
    ['targets.1: names an instance without its series'],
  ],
  [
    'a target with more',
    { ...DELETE, targets: [{ study: '1', patient: 'Doe^John' }] },
    ['targets.0.patient: is not a field of this command'],
  ],
  ['an unknown field', { ...DELETE, dryrun: true }, ['dryrun: is not a field of this command']],
  ['a field of the other', { ...DELETE, olderThan: 'P1D' }, ['olderThan: is not a field of this command']],
  ['an id with a slash', { ...DELETE, id: 'a/b' }, [`id: ${ID}`]],
  ['an id that is too long', { ...DELETE, id: 'a'.repeat(129) }, [`id: ${ID}`]],
  ['an id that is a number', { ...DELETE, id: 7 }, ['id: has to be a text']],
  ['an expectation of nothing', { ...DELETE, expect: {} }, ['expect.instances: is missing']],
  [
    'an expectation as text',
    { ...DELETE, expect: { instances: '3' } },
    ['expect.instances: has to be a number'],
  ],
  [
    'an expectation of a half',
    { ...DELETE, expect: { instances: 0.5 } },
    ['expect.instances: has to be a whole number'],
  ],
  [
    'an expectation below nothing',
    { ...DELETE, expect: { instances: -1 } },
    ['expect.instances: has to be a number of instances'],
  ],
  ['a dry run as text', { ...DELETE, dryRun: 'no' }, ['dryRun: has to be true or false']],
  ['a dry cleanup as text', { ...CLEANUP, dryRun: 'no' }, ['dryRun: has to be true or false']],
  ['a cleanup without a period', without(CLEANUP, 'olderThan'), ['olderThan: is missing']],
  ['a period of no time', { ...CLEANUP, olderThan: 'P' }, [`olderThan: ${PERIOD}`]],
  ['a period of no days', { ...CLEANUP, olderThan: 'P0D' }, [`olderThan: ${PERIOD}`]],
  ['a period of hours', { ...CLEANUP, olderThan: 'PT5H' }, [`olderThan: ${PERIOD}`]],
  ['a period that is a number', { ...CLEANUP, olderThan: 365 }, ['olderThan: has to be a text']],
  ['a cleanup without an age', without(CLEANUP, 'age'), ['age: is missing']],
  ['an age of another kind', { ...CLEANUP, age: 'patient' }, ['age: has to be ingested or study-date']],
  [
    'a study date and no time in the store',
    { ...CLEANUP, age: 'study-date' },
    ['minInStore: is missing, and age is study-date: an old study may have come yesterday'],
  ],
  [
    'an unknown filter',
    { ...CLEANUP, filter: { patient: 'x' } },
    ['filter.patient: is not a field of this command'],
  ],
  [
    'modalities that are a text',
    { ...CLEANUP, filter: { modality: 'CT' } },
    ['filter.modality: has to be a list'],
  ],
  [
    'no modality',
    { ...CLEANUP, filter: { modality: [] } },
    ['filter.modality: has to name at least one modality'],
  ],
  [
    'a hundred and one modalities',
    { ...CLEANUP, filter: { modality: Array.from({ length: 101 }, () => 'CT') } },
    ['filter.modality: has to name at most 100 modalities'],
  ],
  [
    'a modality that is none',
    { ...CLEANUP, filter: { modality: ['ct'] } },
    ['filter.modality.0: has to be a modality, such as CT'],
  ],
  [
    'a modality that is a number',
    { ...CLEANUP, filter: { modality: [5] } },
    ['filter.modality.0: has to be a text'],
  ],
  ['series as text', { ...CLEANUP, maxSeries: '5' }, ['maxSeries: has to be a number']],
  [
    'half a series',
    { ...CLEANUP, maxSeries: 0.5 },
    ['maxSeries: has to be a whole number', 'maxSeries: has to be at least 1'],
  ],
  ['no series', { ...CLEANUP, maxSeries: 0 }, ['maxSeries: has to be at least 1']],
  ['too many series', { ...CLEANUP, maxSeries: 10_001 }, ['maxSeries: has to be at most 10000']],
];

describe('a message to the delete function that is invalid', () => {
  it.each(INVALID)('tells what is wrong with %s, and quotes nothing', (_, content, problems) => {
    expect(readDeletionMessage(content)).toMatchObject({ kind: 'invalid', problems });
  });

  it('tells everything that is wrong at once', () => {
    const content = { ...DELETE, targets: [{ study: 'a' }, { study: '1', series: 'b' }], dryRun: 1, x: 2 };
    expect(readDeletionMessage(content)).toMatchObject({
      problems: [
        `targets.0.study: ${UID}`,
        `targets.1.series: ${UID}`,
        'dryRun: has to be true or false',
        'x: is not a field of this command',
      ],
    });
  });

  it.each([
    [{ action: 'cleanup', id: 'nightly' }, 'cleanup', 'nightly'],
    [{ action: 'delete', id: 'erase-7' }, 'delete', 'erase-7'],
    [{ action: 'delete', id: 'Doe^John' }, 'delete', null],
    [{ action: 'export', id: 'e' }, 'delete', 'e'],
    [{ action: 'tick', x: 1 }, 'delete', null],
  ])('still says what it claims to be: %j', (content, action, id) => {
    expect(readDeletionMessage(content)).toMatchObject({ kind: 'invalid', action, id });
  });

  it('is not taken for a command where it was kept', () => {
    expect(() => parseDeletionContent({ action: 'tick' })).toThrow('Invalid');
  });
});
