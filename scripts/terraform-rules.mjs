// Rules of terraform/ that can be read off its files, and that no plan would show.
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { blocksOf } from './terraform-blocks.mjs';
import { documentationProblems } from './terraform-variables.mjs';

/** What is gone with these was data: objects, instances, rows, messages that nobody has read yet, or the key to them. */
const HOLDS_DATA = new Set([
  'google_bigquery_dataset',
  'google_bigquery_table',
  'google_healthcare_dataset',
  'google_healthcare_dicom_store',
  'google_kms_crypto_key',
  'google_kms_key_ring',
  'google_pubsub_subscription',
  'google_pubsub_topic',
  'google_storage_bucket',
]);

/** These can be made again from the code. A kind that is in neither list is a problem until somebody has decided. */
const HOLDS_NOTHING = [
  /_iam_(member|binding)$/,
  /^google_artifact_registry_repository$/,
  /^google_cloud_scheduler_job$/,
  /^google_cloudbuild_trigger$/,
  /^google_cloudfunctions2_function$/,
  /^google_compute_(firewall|network|route|subnetwork)$/,
  /^google_dns_(managed_zone|record_set)$/,
  /^google_logging_metric$/,
  /^google_monitoring_(alert_policy|dashboard)$/,
  /^google_project_iam_custom_role$/,
  /^google_project_service$/,
  /^google_service_account$/,
  /^google_storage_bucket_object$/,
  /^google_storage_notification$/,
  /^google_vpc_access_connector$/,
];

/** Where a right on the whole project may be given: to the accounts that build and deploy, never to a function's. */
const PROJECT_RIGHTS = ['terraform/builds.tf', 'terraform/images.tf'];

/** @returns the problems, one sentence each. */
export function checkRules(root) {
  const files = terraformFiles(join(root, 'terraform')).map((path) => ({
    path: relative(root, path),
    text: readFileSync(path, 'utf8'),
  }));
  const fixture = readFileSync(join(root, 'test/terraform/fixtures/unprotected.tf'), 'utf8');
  return [
    ...ruleProblems(fixture),
    ...files.flatMap(({ path, text }) => [
      ...unprotected(text).map((name) => `${path}: ${name}`),
      ...rightsProblems(path, text),
    ]),
    ...documentationProblems(root, files),
  ];
}

/** The resources that a plan could destroy with their data, and those of a kind that nobody has judged. */
function unprotected(text) {
  return blocksOf(text, 'resource').flatMap(({ labels: [type, name], body }) => {
    if (HOLDS_DATA.has(type)) {
      const isProtected = blocksOf(body, 'lifecycle').some((lifecycle) =>
        /^\s*prevent_destroy\s*=\s*true\s*$/m.test(lifecycle.code),
      );
      return isProtected ? [] : [`${type}.${name} holds data and has no prevent_destroy`];
    }
    return HOLDS_NOTHING.some((kind) => kind.test(type))
      ? []
      : [`${type}.${name}: say in terraform-rules.mjs whether this kind holds data`];
  });
}

function rightsProblems(path, text) {
  const resources = blocksOf(text, 'resource').map(({ labels: [type, name] }) => ({ type, name }));
  const problems = [];
  for (const { type, name } of resources) {
    if (/_iam_policy$/.test(type)) problems.push(`${type}.${name} would take away rights that others gave`);
    if (/^google_project_iam_(member|binding)$/.test(type) && !PROJECT_RIGHTS.includes(path)) {
      problems.push(`${type}.${name} gives a right on the whole project`);
    }
  }
  if (/\ball(Authenticated)?Users\b/.test(text)) problems.push('the public is given a right');
  if (/\b(roles\/(owner|editor|viewer))"/.test(text)) problems.push('a basic role is given');
  return problems.map((problem) => `${path}: ${problem}`);
}

/** The rule is tried on what it has to find first: a rule that finds nothing anywhere would look like a good one. */
function ruleProblems(fixture) {
  const found = unprotected(fixture).map((problem) => /\.(\w+)/.exec(problem)?.[1]);
  const expected = [
    'commented_out',
    'in_a_string',
    'in_another_block',
    'said_to_be_false',
    'of_an_unknown_kind',
  ];
  return found.join() === expected.join()
    ? []
    : [`the rule on prevent_destroy finds ${found.join(', ')} in its fixture, not ${expected.join(', ')}`];
}

function terraformFiles(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return entry.name === '.terraform' ? [] : terraformFiles(path);
    return entry.name.endsWith('.tf') ? [path] : [];
  });
}
