import { afterAll, beforeAll, expect, describe, it } from '@jest/globals';
import { hashObjectRef } from '../../src/domain/object-ref.ts';
import { LocalProject } from '../support/local-project.ts';
import { makeDicom, tripleOf } from '../support/synthetic-dicom.ts';
import { WiredIngest } from '../support/wired-ingest.ts';

const LONGEST_BYTES = 1024;

/** The text repeated up to the longest name that Cloud Storage takes, and not cut within a character. */
const longest = (text: string): string => {
  const times = Math.floor(LONGEST_BYTES / Buffer.byteLength(text));
  return text
    .repeat(times)
    .padEnd(times * text.length + (LONGEST_BYTES - times * Buffer.byteLength(text)), 'x');
};

const NAMES: readonly (readonly [string, string])[] = [
  ['Latin letters', longest('a')],
  ['Chinese, Japanese and Korean letters', longest('山田太郎김')],
  ['Arabic letters', longest('محمد')],
  ['Hebrew letters that change the direction', longest('\u202eדוד\u202c')],
  ['Devanagari', longest('देवनागरी')],
  ['Thai', longest('ไทย')],
  ['emoji of several code points', longest('👩‍⚕️')],
  ['letters outside of the basic plane', longest('𝔇𠀀')],
  ['combining marks', longest('e\u0301\u0323')],
  ['many folders', longest('a/').replace(/\/$/, 'x')],
  ['nothing but dots and slashes', longest('../').replace(/\/$/, '.')],
  ['control characters', 'a\u0001\u0007\u001b[31m\u007f\u0085.dcm'],
  ['a tab', 'a\tb.dcm'],
  ['what a NUL is written as', 'a%00b\u2400.dcm'],
  ['steps upwards', '../../state/deleting/lease.json'],
  ['steps upwards, escaped', '..%2F..%2Fstate%2Flease.json'],
  ['steps upwards, escaped twice', '%252e%252e%252f%2e%2e/x'],
  ['two slashes', 'a//b.dcm'],
  ['a slash in front', '/etc/passwd'],
  ['a period in front', '.hidden'],
  ['a fragment and a query', 'a#1?alt=media&generation=2'],
  ['wildcards', '**/[a-z]*?'],
  ['backslashes', '..\\..\\windows'],
  ['quotes and braces', '"}\',{"severity":"ERROR"}'],
  ['markup', '<script>alert(1)</script>'],
  ["the worker's own folder", '_courier/other/manifest.jsonl'],
  ["the name of the worker's own documents", 'commands/exports/other.json'],
  ['the name of a copy in quarantine', 'not-dicom/0123456789abcdef0123456789abcdef'],
  ['a generation behind a hash', 'a.dcm#1712345678901234'],
  ['the name of a property', '__proto__'],
  ['blanks around it', ' a.dcm '],
];

describe('an object, whatever its name', () => {
  let project: LocalProject;

  beforeAll(async () => {
    project = await LocalProject.start();
    await project.put('state', 'commands/exports/other.json', 'untouched');
    await project.put('state', 'deleting/lease.json', 'untouched');
  });
  afterAll(() => project.close());

  /** Nothing but markers of ingest, and what was there. */
  const expectStateUntouched = async (): Promise<void> => {
    const names = (await project.names('state')).filter(
      (name) => !/^ingested\/[\d.]+\/[\d.]+\/[\d-]+$/.test(name),
    );
    expect(names).toEqual(['commands/exports/other.json', 'deleting/lease.json']);
    for (const name of names) expect((await project.read('state', name)).toString()).toBe('untouched');
  };

  const expectHidden = (log: readonly string[], name: string, hash: string): void => {
    const text = log.join('');
    expect(text).toContain(hash);
    expect(text).not.toContain(name);
    expect(text).not.toContain(JSON.stringify(name).slice(1, -1));
    for (const line of log) expect(JSON.parse(line)).toMatchObject({ objectHash: hash });
  };

  it.each(NAMES)('is stored, archived and reported under that name: %s', async (what, name) => {
    project.grant({ afterStore: 'archive' });
    const worker = new WiredIngest({
      ...project.environment,
      AFTER_STORE: 'archive',
      ARCHIVE_BUCKET: 'archive',
    });
    const bytes = makeDicom({ seed: what });
    const { object, push } = await project.drop(name, bytes);
    expect(await worker.deliver(push)).toBe(204);
    expect(await project.takeReports()).toMatchObject([{ outcome: 'stored', object }]);
    expect((await project.stored(tripleOf({ seed: what })))?.equals(bytes)).toBe(true);
    const [archived, ...others] = await project.names('archive', `${object.generation}/`);
    expect(others).toEqual([]);
    expect((await project.read('archive', archived ?? '')).equals(bytes)).toBe(true);
    expectHidden(worker.log, name, hashObjectRef(object));
    await expectStateUntouched();
  });

  it.each(NAMES)('is set aside under a name that says nothing of it: %s', async (what, name) => {
    project.grant();
    const worker = new WiredIngest(project.environment);
    const before = await project.names('quarantine');
    const bytes = Buffer.from(`no instance: ${what}`);
    const { object, push } = await project.drop(name, bytes);
    expect(await worker.deliver(push)).toBe(204);
    expect(await project.takeReports()).toMatchObject([{ outcome: 'rejected', reason: 'not-dicom', object }]);
    const copy = `not-dicom/${hashObjectRef(object)}`;
    expect(await project.names('quarantine')).toEqual([...before, copy].sort());
    expect((await project.read('quarantine', copy)).equals(bytes)).toBe(true);
    expect(await project.metadataOf('quarantine', copy)).toMatchObject({ 'source-name': name });
    expectHidden(worker.log, name, hashObjectRef(object));
    await expectStateUntouched();
  });
});
