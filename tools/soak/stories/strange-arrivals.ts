import type { Dice } from '../dice.ts';
import type { Content } from '../file.ts';
import { ALL_ODDITIES } from '../odd-file.ts';
import type { Announcement, Step, Upload } from '../story.ts';
import {
  always,
  first,
  object,
  SETTLE,
  study,
  upload,
  type StoryKind,
  type StoryKinds,
} from './story-plan.ts';

/** The longest name that Cloud Storage takes. */
const LONGEST_NAME_BYTES = 1024;

type Made = readonly [content: Content, reason: string];

/** What can never become an instance. */
const junk: StoryKind = (name, dice) => {
  const torn = (index: number): Content => {
    const file = first(study(`${name} ${index}`, dice, 1));
    return { kind: 'torn', file, sizeBytes: dice.between(330, 360) };
  };
  const uploads = Array.from({ length: dice.between(3, 8) }, (_, index): Upload => {
    const oddity = dice.pick(ALL_ODDITIES);
    const [content, reason] = dice.pick<Made>([
      [{ kind: 'text', text: `Dear colleague, this is letter ${index} of ${name}.` }, 'not-dicom'],
      [{ kind: 'zip', text: `${name} ${index}`.padEnd(200) }, 'archive'],
      [{ kind: 'empty' }, 'empty-object'],
      [torn(index), 'damaged'],
      [{ kind: 'odd', file: first(study(`${name} ${index}`, dice, 1)), oddity }, oddity],
      [{ kind: 'odd', file: first(study(`${name} ${index}`, dice, 1)), oddity }, oddity],
    ]);
    return { name: `${name}/${index}.bin`, content, outcomes: [`rejected ${reason}`] };
  });
  return { steps: [upload(uploads), SETTLE], expected: [] };
};

const packed = (content: Content, lostBytes = 0): Content => ({ kind: 'gzip', content, lostBytes });

/** Compressed objects that are not what they say, or not what they seem. */
const miscompressed: StoryKind = (name, dice) => {
  const uploads = Array.from({ length: dice.between(3, 6) }, (_, index): Upload => {
    const file = first(study(`${name} ${index}`, dice, 1));
    const dicom: Content = { kind: 'dicom', file };
    const [content, reason, isSaid] = dice.pick<readonly [Content, string, boolean]>([
      [dicom, 'damaged', true],
      [packed(dicom, dice.between(9, 40)), 'damaged', true],
      [{ kind: 'empty' }, 'empty-object', true],
      [packed({ kind: 'text', text: `Letter ${index} of ${name}.` }), 'not-dicom', true],
      [packed({ kind: 'zip', text: name.padEnd(200) }), 'archive', true],
      [packed({ kind: 'odd', file, oddity: 'missing-study-uid' }), 'missing-study-uid', true],
      // Small as it is stored, and much larger than may pass.
      [packed({ kind: 'odd', file, oddity: 'too-large' }), 'too-large', true],
      [packed(dicom), 'archive', false],
    ]);
    const outcomes = [`rejected ${reason}`];
    return {
      name: `${name}/${index}.dcm`,
      content,
      outcomes,
      ...(isSaid ? { contentEncoding: 'gzip' } : {}),
    };
  });
  return { steps: [upload(uploads), SETTLE], expected: [] };
};

/** Names that somebody may have thought of to do harm, and names of what is not meant for the store. */
const misnamed: StoryKind = (name, dice) => {
  const files = study(name, dice, 2);
  const bad = [
    `../../etc/passwd`,
    `Müller 漢字 🩻`,
    `%2e%2e%2f%00%`,
    `"'<>&|;$(id)\`id\``,
    `{StudyInstanceUID}`,
    `#${dice.between(1, 999)}?alt=media&generation=1`,
    ` blank \t`,
  ];
  const stored = files.map((file, index) => ({
    ...object('', file),
    name: `${name}/${index} ${bad[index % bad.length] ?? ''}`,
  }));
  const long = `${name}/`
    .padEnd(LONGEST_NAME_BYTES, 'é')
    .slice(0, (LONGEST_NAME_BYTES + name.length + 1) / 2);
  const text = (end: string, outcome: string): Upload => ({
    name: `${name}/${end}`,
    content: { kind: 'text', text: `${name} ${end}` },
    outcomes: [outcome],
  });
  const ignored = [
    text('folder/', 'ignored folder-marker'),
    text('gcloud/tmp/parallel_composite_uploads/a_0', 'ignored composite-part'),
    text('half.part', 'ignored ignored-by-pattern'),
    { ...text('', 'rejected not-dicom'), name: long },
  ];
  const some = ignored.filter(() => dice.between(0, 1) === 1);
  return { steps: [upload([...stored, ...some]), SETTLE], expected: always(files) };
};

/** Messages about objects that say nothing, or nothing that there is to do. */
const misannounced: StoryKind = (name, dice) => {
  const steps = Array.from({ length: dice.between(2, 5) }, (_, index): Step => {
    return { kind: 'announce', announcement: drawAnnouncement(`${name}/${index}`, dice) };
  });
  return { steps: [...steps, SETTLE], expected: [] };
};

function drawAnnouncement(name: string, dice: Dice): Announcement {
  const generation = String(dice.between(1, 1_000_000));
  const object = { name, generation };
  const attributes = {
    bucketId: 'inbox',
    objectId: name,
    objectGeneration: generation,
    eventType: 'OBJECT_FINALIZE',
    payloadFormat: 'NONE',
  };
  const invalid = { object: null, data: '', outcome: 'ignored invalid-event' };
  return dice.pick<Announcement>([
    { object, attributes, data: '', outcome: 'ignored generation-gone' },
    {
      object,
      attributes: { ...attributes, eventType: 'OBJECT_DELETE' },
      data: '',
      outcome: 'ignored event-type',
    },
    {
      object,
      attributes: { ...attributes, bucketId: 'elsewhere' },
      data: '',
      outcome: 'ignored other-bucket',
    },
    {
      object,
      attributes: { ...attributes, payloadFormat: 'JSON_API_V1' },
      data: JSON.stringify({ metadata: { 'dicom-courier': 'export' } }),
      outcome: 'ignored own-output',
    },
    { ...invalid, attributes: { from: 'nobody' } },
    { ...invalid, attributes: { ...attributes, objectGeneration: '-1' } },
    { ...invalid, attributes: { ...attributes, payloadFormat: 'JSON_API_V1' }, data: '{"metadata":' },
  ]);
}

export const STRANGE_ARRIVALS: StoryKinds = [
  ['junk', junk],
  ['miscompressed', miscompressed],
  ['misnamed', misnamed],
  ['misannounced', misannounced],
];
