import { describe, expect, it } from '@jest/globals';
import { formatFunctionError } from '../../src/stack/screen/log-text.ts';
import { formatReport } from '../../src/stack/screen/report-line.ts';
import { summarize } from '../../src/stack/screen/summary.ts';
import { coloured, formatSize, paintFor, plain, printable } from '../../src/stack/screen/terminal-text.ts';
import { formatWelcome } from '../../src/stack/screen/welcome.ts';

const AT = new Date(2026, 0, 1, 12, 3, 4).getTime();
const STORED = {
  kind: 'ingest',
  final: true,
  object: { bucket: 'inbox', name: 'a/b.dcm', generation: '17', sizeBytes: 526_000 },
  outcome: 'stored',
  reason: null,
  detail: null,
  instances: [{ study: '1.2', series: '1.2.3', instance: '2.25.123456789012345678', outcome: 'stored' }],
  attempts: 1,
};

const line = (report: object): string => formatReport(report, AT, plain);

describe('a line for a report', () => {
  it('says when, what became of which object, and where it is', () => {
    expect(line(STORED)).toBe('12:03:04  stored          a/b.dcm  526 kB  study 1.2  instance …9012345678');
  });

  it('gives the reason when there is one, and the attempts when there were several', () => {
    const rejected = {
      ...STORED,
      outcome: 'rejected',
      reason: 'not-dicom',
      detail: 'no DICM',
      instances: [],
      attempts: 3,
    };
    expect(line(rejected)).toBe('12:03:04  rejected        a/b.dcm  526 kB  not-dicom  no DICM  attempt 3');
  });

  it('shows a command by its name, status and counts', () => {
    const report = {
      kind: 'export',
      id: 'e1',
      final: true,
      status: 'partial',
      counts: { exported: 9, failed: 1 },
    };
    expect(line(report)).toBe('12:03:04  partial         export e1  9 exported, 1 failed');
  });

  it('shows how far a command has come', () => {
    const counts = { deleted: 120, failed: 0 };
    const progress = { kind: 'delete', id: 'erase-7', final: false, status: 'running', counts, problems: [] };
    expect(line(progress)).toBe('12:03:04  running         delete erase-7  120 deleted  so far');
  });

  it('counts the problems of a command and shows the first', () => {
    const report = {
      kind: 'cleanup',
      id: null,
      status: 'failed',
      counts: {},
      problems: ['olderThan: is missing'],
    };
    expect(line(report)).toBe('12:03:04  failed          cleanup  1 problem: olderThan: is missing');
    expect(line({ ...report, status: 'complete', problems: ['a dry run'] })).toBe(
      '12:03:04  complete        cleanup  1 note: a dry run',
    );
    const two = { ...report, id: 'c1', problems: ['a\u001b[2J', 'b'] };
    expect(line(two)).toBe('12:03:04  failed          cleanup c1  2 problems: a\\u001b[2J');
    expect(line({ ...report, problems: ['x'.repeat(1000)] })).toMatch(/: x{200}…$/);
  });

  it.each([
    [{}],
    [{ kind: 'ingest' }],
    [{ kind: 7, instances: 'x', object: [] }],
    [{ kind: 'export', counts: null }],
  ])('shows even what is no proper report: %j', (report) => {
    expect(line(report)).toContain('unknown outcome');
  });

  it('does not let an object name command the terminal', () => {
    const evil = line({ ...STORED, object: { name: 'a\u001b]0;owned\u0007\r\n\u202eb.dcm' } });
    expect(evil).toContain('a\\u001b]0;owned\\u0007\\u000d\\u000a\\u202eb.dcm');
  });

  it('has a colour for each kind of outcome', () => {
    expect(formatReport(STORED, AT, coloured)).toContain('\u001b[32mstored');
    expect(formatReport({ ...STORED, outcome: 'rejected' }, AT, coloured)).toContain('\u001b[31mrejected');
  });
});

describe('colours', () => {
  it.each([
    ['a terminal', true, undefined, true],
    ['a terminal with an empty NO_COLOR', true, '', true],
    ['a terminal with NO_COLOR', true, '1', false],
    ['a pipe', false, undefined, false],
  ])('on %s: shown is %s', (_what, isTerminal, noColor, isColoured) => {
    expect(paintFor(isTerminal, noColor)('bad', 'x') !== 'x').toBe(isColoured);
  });
});

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [9949, '9.9 kB'],
    [9950, '10 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [2_500_000_000, '2.5 GB'],
  ])('%i bytes read %s', (sizeBytes, text) => {
    expect(formatSize(sizeBytes)).toBe(text);
  });
});

describe('text from outside', () => {
  it('stays as it is when it is harmless', () => {
    expect(printable('Müller^Jürgen 山田 🩻')).toBe('Müller^Jürgen 山田 🩻');
  });
});

describe("a function's error", () => {
  it('is one line with what is worth reading', () => {
    const error = {
      severity: 'ERROR',
      message: 'store refused',
      fields: { code: 'E1', time: 'now', stack: 'at x', details: { status: 503 }, cause: null },
    };
    expect(formatFunctionError('ingest', error, AT, plain)).toBe(
      '12:03:04  ingest  store refused  code=E1  details={"status":503}',
    );
  });
});

describe('the first screen', () => {
  const stack = {
    dataDir: '/home/me/.local',
    services: {
      storageUrl: 'http://127.0.0.1:4443',
      pubsubHost: '127.0.0.1:8085',
      healthcareUrl: 'http://127.0.0.1:8090',
    },
    schedule: [{ everySeconds: 60, command: { action: 'tick' } }],
    functions: [{ name: 'ingest', process: { url: 'http://127.0.0.1:8081' } }],
  };

  it('says what runs where and what to do next', () => {
    const text = formatWelcome(summarize(stack, '/home/me/inbox'), '/home/me', plain);
    const expected = [
      'http://127.0.0.1:4443',
      '127.0.0.1:8085',
      'http://127.0.0.1:8081',
      '.local/logs/ingest.jsonl',
      'publishes a tick to dicom-delete',
      'into  inbox\n',
      'npm run sample\n',
      "curl -s -H 'Authorization: Bearer local' -H 'Accept: application/dicom+json' " +
        'http://127.0.0.1:8090/v1/projects/local/locations/local/datasets/imaging/dicomStores/main/dicomWeb/studies',
    ];
    expect(expected.filter((part) => !text.includes(part))).toEqual([]);
  });

  it('tells the sample of another drop folder', () => {
    const text = formatWelcome(summarize(stack, "/mnt/it's here"), '/home/me', plain);
    expect(text).toContain(`npm run sample -- --drop '/mnt/it'\\''s here'`);
  });

  it('is a summary for programs', () => {
    expect(summarize(stack, '/home/me/inbox')).toMatchObject({
      ready: true,
      project: 'local',
      storage: 'http://127.0.0.1:4443',
      pubsub: '127.0.0.1:8085',
      functions: { ingest: 'http://127.0.0.1:8081' },
      buckets: { inbox: 'inbox', records: 'records' },
      topics: { export: 'dicom-export', delete: 'dicom-delete', results: 'dicom-results' },
      schedule: [{ everySeconds: 60, command: { action: 'tick' } }],
      drop: '/home/me/inbox',
    });
  });
});
