import { relative } from 'node:path';
import { DEVELOPER_TOKEN } from '../../http/tokens.ts';
import type { StackSummary } from './summary.ts';
import { printable, type Paint } from './terminal-text.ts';

/** What a developer sees when everything is up: what runs where, and what to do next. */
export function formatWelcome(summary: StackSummary, cwd: string, paint: Paint): string {
  const rows: [string, string, string][] = [
    ['Cloud Storage', summary.storage, `buckets ${Object.values(summary.buckets).join(', ')}`],
    ['Pub/Sub', summary.pubsub, `topics ${Object.values(summary.topics).join(', ')}`],
    ['Healthcare', summary.healthcare, summary.dicomStore],
    ...Object.entries(summary.functions).map(([name, url]): [string, string, string] => [
      name,
      url,
      `its log: ${shown(`${summary.data}/logs/${name}.jsonl`, cwd)}`,
    ]),
    ...summary.schedule.map(({ command, everySeconds }): [string, string, string] => [
      'scheduler',
      `every ${everySeconds} s`,
      `publishes a ${command.action} to ${summary.topics.delete}`,
    ]),
  ];
  const table = rows.map(
    ([name, address, note]) => `  ${name.padEnd(15)}${address.padEnd(25)}${paint('quiet', printable(note))}`,
  );
  const drop = shown(summary.drop, cwd);
  const sample = drop === 'inbox' ? 'npm run sample' : `npm run sample -- --drop ${quote(summary.drop)}`;
  return [
    `${paint('strong', 'dicom-courier is up on this machine.')} Google's services are stand-ins here; nothing leaves it.`,
    '',
    ...table,
    '',
    paint('strong', 'What to do next'),
    `  Copy a DICOM file, or a folder of them, into  ${paint('strong', printable(drop))}`,
    `  Or let a small study with pictures be made:   ${paint('strong', sample)}`,
    '  And see which studies the store holds:',
    `    ${listStudies(summary)}`,
    '',
    'Ctrl-C stops everything. What becomes of each file appears here:',
    '',
  ].join('\n');
}

function listStudies({ healthcare, dicomStore }: StackSummary): string {
  const url = `${healthcare}/v1/${dicomStore}/dicomWeb/studies`;
  return `curl -s -H 'Authorization: Bearer ${DEVELOPER_TOKEN}' -H 'Accept: application/dicom+json' ${url}`;
}

/** As short as it can be written from where the reader is. */
function shown(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === '' || short.startsWith('..') ? path : short;
}

/** For a POSIX shell. */
function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
