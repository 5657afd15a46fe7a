import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parseDeleteConfiguration } from '../../../src/functions/configuration/delete.ts';
import { parseExportConfiguration } from '../../../src/functions/configuration/export.ts';
import { parseIngestConfiguration } from '../../../src/functions/configuration/ingest.ts';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

type Environment = Readonly<Record<string, string>>;
type Parse = (environment: Environment) => object;

/** Values for what has no default, or one that is said in words. */
const GIVEN: Environment = {
  PROJECT_ID: 'p',
  DICOM_STORE: 'projects/p/locations/l/datasets/d/dicomStores/s',
  DICOM_STORE_AUTHORIZATION: 'Basic eA==',
  STATE_BUCKET: 'state',
  RECORDS_BUCKET: 'records',
  RESULTS_TOPIC: 'results',
  MAX_STORE_REQUESTS_PER_SECOND: '10',
  STORAGE_EMULATOR_HOST: 'http://127.0.0.1:4443',
  PUBSUB_EMULATOR_HOST: '127.0.0.1:8085',
  INBOX_BUCKET: 'inbox',
  INBOX_PREFIX: 'a/',
  IGNORE_PATTERN: 'x',
  QUARANTINE_BUCKET: 'quarantine',
  STORE_ENCODING: 'single',
  ARCHIVE_BUCKET: 'archive',
  VERIFY: 'always',
  EXPORT_TOPIC: 'dicom-export',
  EXPORT_DESTINATIONS: 'gs://exports/',
};

/** Set by Google's platform and clients, not by who deploys. */
const PLATFORM = ['K_SERVICE', 'GCE_METADATA_HOST', 'GOOGLE_APPLICATION_CREDENTIALS'];

/** Read by Node.js and by the C library, and told of below the tables. */
const OF_PROCESS = ['NODE_OPTIONS', 'MALLOC_TRIM_THRESHOLD_'];

/** The rows of a table of the README: variable to default, undefined where that is said in words. */
function tableOf(heading: string): ReadonlyMap<string, string | undefined> {
  const [, table = ''] =
    new RegExp(String.raw`^Of ${heading}:\n\n((?:\|.*\n)+)`, 'm').exec(read('README.md')) ?? [];
  const rows = table.split('\n').slice(2, -1);
  return new Map(
    rows.flatMap((row) => {
      const [, names = '', standard = ''] = row.split('|');
      const [, text, number] = /^ (?:`([^`]+)`|([\d.]+)) $/.exec(standard) ?? [];
      const value = text === 'GOOGLE_CLOUD_PROJECT' ? undefined : (text ?? number);
      return [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => [name, value] as const);
    }),
  );
}

const COMMON = tableOf('every function');

describe.each<[string, Parse]>([
  ['ingest', parseIngestConfiguration],
  ['export', parseExportConfiguration],
  ['delete', parseDeleteConfiguration],
])('the tables of variables in the README, for %s,', (name, parse) => {
  const table = new Map([...COMMON, ...tableOf(`\`${name}\``)]);
  const withDefault = [...table].filter((row): row is [string, string] => row[1] !== undefined);

  it('name every variable that it reads, and no other', () => {
    const everything = { ...GIVEN, ...Object.fromEntries(withDefault) };
    const platform = Object.fromEntries(PLATFORM.map((variable) => [variable, 'x']));
    const read = Object.keys(parse({ ...everything, ...platform })).filter((key) => !PLATFORM.includes(key));
    expect(table.size).toBeGreaterThan(COMMON.size);
    expect(read.sort()).toEqual([...table.keys()].sort());
  });

  it('tell its defaults', () => {
    expect(withDefault.length).toBeGreaterThan(7);
    expect(parse({ ...GIVEN, ...Object.fromEntries(withDefault) })).toEqual(parse(GIVEN));
  });

  it('have every variable that Terraform sets', () => {
    const functions = read('terraform/functions.tf');
    const blocks = ['common', name].map(
      (block) =>
        new RegExp(String.raw`^  ${block}_environment = \{\n(.*?)^  \}`, 'ms').exec(functions)?.[1] ?? '',
    );
    const set = blocks.flatMap((block) =>
      [...block.matchAll(/^ {4}([A-Z_]+) += /gm)].map(([, variable = '']) => variable),
    );
    expect(set).toEqual(expect.arrayContaining(OF_PROCESS));
    expect(set.length).toBeGreaterThan(8);
    expect(set.filter((variable) => !OF_PROCESS.includes(variable) && !table.has(variable))).toEqual([]);
  });
});
