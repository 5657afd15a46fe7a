import { readJson } from '../http/server.ts';
import { answerJson, answerNoContent, generationOf, type Call } from './call.ts';
import { expectObject, type JsonObject } from './json.ts';
import { listObjects } from './list-objects.ts';
import { parseSettings, patchSettings } from './object-settings.ts';
import { checkForRead, parsePreconditions } from './preconditions.ts';
import type { ObjectRecord, ObjectSettings } from './records.ts';
import { etagOf, toObjectResource } from './resources.ts';
import type { Routes } from './router.ts';
import type { StorageService } from './service.ts';

/** Answers with the resource of an object. */
export function getObject({ catalog, baseUrl }: StorageService, call: Call): void {
  const record = catalog.object(call.param('bucket'), call.param('object'), generationOf(call.query));
  checkForRead(parsePreconditions(call.query), record);
  answerJson(call, toObjectResource(record, baseUrl()), { etag: etagOf(record) });
}

/** Everything about objects that moves no bytes, except {@link getObject}. */
export function objectRoutes(service: StorageService): Routes {
  const { catalog, objects, baseUrl } = service;
  const show = (record: ObjectRecord): object => toObjectResource(record, baseUrl());

  function list(call: Call): void {
    const { items, prefixes, nextPageToken } = listObjects(catalog, call.param('bucket'), call.query);
    answerJson(call, {
      kind: 'storage#objects',
      ...(nextPageToken === undefined ? {} : { nextPageToken }),
      ...(prefixes.length === 0 ? {} : { prefixes }),
      ...(items.length === 0 ? {} : { items: items.map(show) }),
    });
  }

  async function change(
    call: Call,
    merge: (before: ObjectSettings, sent: JsonObject) => ObjectSettings,
  ): Promise<void> {
    const sent = expectObject(await readJson(call.request), 'object');
    const { record, announced } = objects.update(
      call.param('bucket'),
      call.param('object'),
      generationOf(call.query),
      parsePreconditions(call.query),
      (before) => merge(before, sent),
    );
    await announced;
    answerJson(call, show(record), { etag: etagOf(record) });
  }

  async function remove(call: Call): Promise<void> {
    const { announced } = objects.remove(
      call.param('bucket'),
      call.param('object'),
      generationOf(call.query),
      parsePreconditions(call.query),
    );
    await announced;
    answerNoContent(call);
  }

  return {
    'GET /storage/v1/b/:bucket/o': list,
    'PATCH /storage/v1/b/:bucket/o/:object': (call) => change(call, patchSettings),
    'PUT /storage/v1/b/:bucket/o/:object': (call) => change(call, (_, sent) => parseSettings(sent)),
    'DELETE /storage/v1/b/:bucket/o/:object': remove,
  };
}
