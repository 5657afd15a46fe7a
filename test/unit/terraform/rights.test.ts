import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { FunctionName } from '../../support/function-accounts.ts';
import {
  deployedRights,
  projectRights,
  rightsOf,
  type RightOptions,
  type SingleRight,
} from '../../support/rights.ts';

const read = (path: string): string =>
  readFileSync(new URL(`../../../terraform/${path}`, import.meta.url), 'utf8');

/** What `terraform test` holds the grants of a function against, written out: `output.rights` is read from the grants. */
const grantedByTerraform = (name: FunctionName): string[] =>
  listBehind(String.raw`output\.rights\.${name}\) == join\("\\n", `);

/** The rights in the first list that follows the pattern. */
function listBehind(pattern: string): string[] {
  const [, list = ''] =
    new RegExp(String.raw`${pattern}\[([^\]]*)\]`).exec(read('tests/rights.tftest.hcl')) ?? [];
  return [...list.matchAll(/"([^"]+)"/g)].map(([, right = '']) => toLocal(right)).sort();
}

/** A line of the list under the names of the local stack. */
function toLocal(line: string): string {
  return (
    line
      .replace(/^bucket acme-imaging-dicom-courier-(\S+): /, 'projects/_/buckets/$1: ')
      .replace('dataset acme-imaging/europe-west1/', 'projects/local/locations/local/datasets/')
      .replace(
        /^dicomStore acme-imaging\/europe-west1\/(\w+)\//,
        'projects/local/locations/local/datasets/$1/dicomStores/',
      )
      .replace(/^topic (\S+): /, 'projects/local/topics/$1: ')
      // All that the predefined role holds ("Access control with IAM", Pub/Sub).
      .replace('roles/pubsub.publisher', 'pubsub.topics.publish')
  );
}

describe('the rights that the local stack can be run with', () => {
  it.each(['ingest', 'export', 'delete'] as const)('are for %s those that Terraform grants', (name) => {
    const granted = grantedByTerraform(name);
    const local = rightsOf(name, deployedRights()).map(
      ({ resource, permission }) => `${resource}: ${permission}`,
    );
    expect(granted.length).toBeGreaterThan(5);
    expect(local.sort()).toEqual(granted);
  });

  it.each<[FunctionName, string, RightOptions]>([
    ['ingest', 'ingest_may_delete_from_the_inbox_only_when_it_is_to', { afterStore: 'delete' }],
    ['ingest', 'ingest_may_create_in_an_archive_and_delete_behind_it', { afterStore: 'archive' }],
    ['export', 'only_an_export_that_may_overwrite_can_replace_objects', { allowOverwrite: true }],
  ])('are for %s with a setting those that Terraform adds: %s', (name, run, options) => {
    const added = listBehind(String.raw`run "${run}"[\s\S]*? == `).map((right) =>
      right.replace('bucket long-term', 'projects/_/buckets/archive'),
    );
    const format = ({ resource, permission }: SingleRight): string => `${resource}: ${permission}`;
    const before = new Set(rightsOf(name, projectRights()).map(format));
    const local = rightsOf(name, projectRights(options)).map(format);
    expect(added.length).toBeGreaterThan(0);
    expect(local.filter((right) => !before.has(right)).sort()).toEqual(added.sort());
  });
});
