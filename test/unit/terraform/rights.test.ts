import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { FunctionName } from '../../support/function-accounts.ts';
import { deployedRights, rightsOf } from '../../support/rights.ts';

const read = (path: string): string =>
  readFileSync(new URL(`../../../terraform/${path}`, import.meta.url), 'utf8');

/** What `terraform test` holds the grants of a function against, written out: `output.rights` is read from the grants. */
function grantedByTerraform(name: FunctionName): string[] {
  const [, list = ''] =
    new RegExp(String.raw`output\.rights\.${name}\) == join\("\\n", \[([^\]]*)\]`).exec(
      read('tests/rights.tftest.hcl'),
    ) ?? [];
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
});
