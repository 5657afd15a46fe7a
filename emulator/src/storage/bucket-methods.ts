import { GoogleError } from '../http/google-error.ts';
import { readJson } from '../http/server.ts';
import { answerJson, answerNoContent, type Call } from './call.ts';
import { expectObject, mergePatch, type JsonObject } from './json.ts';
import { parseMaxResults } from './list-objects.ts';
import { checkBucketName } from './names.ts';
import { checkForRead, checkForWrite, parsePreconditions } from './preconditions.ts';
import type { BucketRecord } from './records.ts';
import { toBucketResource } from './resources.ts';
import type { Routes } from './router.ts';
import type { StorageService } from './service.ts';
import { compareUtf8 } from './sorted-names.ts';

/** What is kept and shown. Only versioning has an effect; lifecycle rules, for one, are not carried out. */
const SETTINGS = [
  'labels',
  'versioning',
  'lifecycle',
  'location',
  'storageClass',
  'iamConfiguration',
  'softDeletePolicy',
  'cors',
  'autoclass',
  'website',
  'logging',
  'rpo',
];
/** What would protect objects if it were carried out, so it must not look as if it were. */
const UNSUPPORTED = ['retentionPolicy', 'objectRetention', 'encryption', 'defaultEventBasedHold'];

export function bucketRoutes({ catalog, baseUrl }: StorageService): Routes {
  const show = (record: BucketRecord): object => toBucketResource(record, baseUrl());
  const versioned = (record: BucketRecord) => ({ generation: 0, metageneration: record.metageneration });

  async function insert(call: Call): Promise<void> {
    const resource = expectObject(await readJson(call.request), 'bucket');
    const { name } = resource;
    checkBucketName(name);
    if (catalog.hasBucket(name)) {
      throw new GoogleError(
        409,
        'Your previous request to create the named bucket succeeded and you already own it.',
      );
    }
    const now = catalog.now();
    const record: BucketRecord = {
      name,
      project: call.query.get('project') ?? '',
      metageneration: 1,
      timeCreated: now,
      updated: now,
      settings: pickSettings(resource),
      notifications: [],
      lastNotificationId: 0,
    };
    catalog.commit({ buckets: [record] });
    answerJson(call, show(record));
  }

  function get(call: Call): void {
    const record = catalog.bucket(call.param('bucket'));
    checkForRead(parsePreconditions(call.query), versioned(record));
    answerJson(call, show(record));
  }

  function list(call: Call): void {
    const project = call.query.get('project');
    if (project === null) throw new GoogleError(400, 'Required parameter: project', 'required');
    const prefix = call.query.get('prefix') ?? '';
    const after = call.query.get('pageToken') ?? '';
    const maxResults = parseMaxResults(call.query);
    const found = catalog
      .buckets()
      .filter((record) => record.project === project && record.name.startsWith(prefix))
      .filter(({ name }) => compareUtf8(name, after) > 0);
    const items = found.slice(0, maxResults);
    answerJson(call, {
      kind: 'storage#buckets',
      ...(items.length === 0 ? {} : { items: items.map(show) }),
      ...(found.length > items.length ? { nextPageToken: items.at(-1)?.name } : {}),
    });
  }

  async function change(
    call: Call,
    merge: (before: JsonObject, sent: JsonObject) => JsonObject,
  ): Promise<void> {
    const sent = pickSettings(expectObject(await readJson(call.request), 'bucket'));
    const record = catalog.bucket(call.param('bucket'));
    checkForWrite(parsePreconditions(call.query), versioned(record));
    const changed: BucketRecord = {
      ...record,
      metageneration: record.metageneration + 1,
      updated: catalog.now(),
      settings: merge(record.settings, sent),
    };
    catalog.commit({ buckets: [changed] });
    answerJson(call, show(changed));
  }

  function remove(call: Call): void {
    const record = catalog.bucket(call.param('bucket'));
    checkForWrite(parsePreconditions(call.query), versioned(record));
    if (catalog.names(record.name).length > 0) {
      throw new GoogleError(409, 'The bucket you tried to delete is not empty.');
    }
    catalog.commit({ bucketsGone: [record.name] });
    answerNoContent(call);
  }

  return {
    'POST /storage/v1/b': insert,
    'GET /storage/v1/b': list,
    'GET /storage/v1/b/:bucket': get,
    'PATCH /storage/v1/b/:bucket': (call) => change(call, mergePatch),
    'PUT /storage/v1/b/:bucket': (call) => change(call, (_, sent) => sent),
    'DELETE /storage/v1/b/:bucket': remove,
  };
}

function pickSettings(resource: JsonObject): JsonObject {
  const refused = UNSUPPORTED.find((field) => (resource[field] ?? null) !== null);
  if (refused !== undefined) throw new GoogleError(501, `The storage stand-in does not support ${refused}.`);
  return Object.fromEntries(Object.entries(resource).filter(([field]) => SETTINGS.includes(field)));
}
