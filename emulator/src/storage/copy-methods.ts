import { closeSync, createReadStream } from 'node:fs';
import { GoogleError } from '../http/google-error.ts';
import { readJson } from '../http/server.ts';
import { answerJson, generationOf, type Call } from './call.ts';
import { expectInt64, expectObject, isJsonObject, type JsonObject } from './json.ts';
import { checkObjectName } from './names.ts';
import type { Committed } from './object-store.ts';
import { hasSettings, parseSettings } from './object-settings.ts';
import { checkForWrite, conditionNotMet, parsePreconditions } from './preconditions.ts';
import { checkCreation, objectRight, type Access } from './rights.ts';
import type { ObjectRecord } from './records.ts';
import { toObjectResource } from './resources.ts';
import type { Routes } from './router.ts';
import type { StorageService } from './service.ts';

const MOST_COMPOSED_SOURCES = 32;

/** Objects made of other objects, without their bytes passing through the client. */
export function copyRoutes({ catalog, bodies, objects, baseUrl }: StorageService): Routes {
  const show = (record: ObjectRecord): object => toObjectResource(record, baseUrl());

  /** A destination resource without settings keeps those of the source; one with settings replaces them all. */
  function copy(call: Call, resource: JsonObject): Committed {
    const source = catalog.object(
      call.param('bucket'),
      call.param('object'),
      generationOf(call.query, 'sourceGeneration'),
    );
    checkForWrite(parsePreconditions(call.query, 'Source'), source);
    const [bucket, name] = [call.param('toBucket'), call.param('toObject')];
    checkObjectName(name);
    catalog.bucket(bucket);
    const preconditions = parsePreconditions(call.query);
    const settings = hasSettings(resource) ? parseSettings(resource) : source.settings;
    const { sizeBytes, crc32c, md5Hash, componentCount } = source;
    const body = { sizeBytes, crc32c, ...(md5Hash === undefined ? {} : { md5Hash }) };
    const draft = { bucket, name, settings, ...(componentCount === undefined ? {} : { componentCount }) };
    return objects.insert(
      { ...draft, body: { ...body, id: bodies.link(source.bodyId) } },
      preconditions,
      call.access,
    );
  }

  async function rewrite(call: Call): Promise<void> {
    const { record, announced } = copy(call, expectObject(await readJson(call.request), 'object'));
    await announced;
    // Within one location the service rewrites objects of any size in one call, so there is no rewriteToken.
    const size = String(record.sizeBytes);
    answerJson(call, {
      kind: 'storage#rewriteResponse',
      totalBytesRewritten: size,
      objectSize: size,
      done: true,
      resource: show(record),
    });
  }

  async function copyTo(call: Call): Promise<void> {
    const { record, announced } = copy(call, expectObject(await readJson(call.request), 'object'));
    await announced;
    answerJson(call, show(record));
  }

  async function compose(call: Call): Promise<void> {
    const resource = expectObject(await readJson(call.request), 'compose request');
    const [bucket, name] = [call.param('bucket'), call.param('object')];
    checkObjectName(name);
    const settings = parseSettings(expectObject(resource['destination'] ?? {}, 'destination'));
    const sources = resolveSources(bucket, resource['sourceObjects'], call.access);
    const preconditions = parsePreconditions(call.query);
    checkCreation(call.access, { bucket, name, preconditions }, catalog.live(bucket, name));
    const { id, sizeBytes, crc32c } = await bodies.receive(concatenation(sources));
    const componentCount = sources.reduce((sum, source) => sum + (source.componentCount ?? 1), 0);
    const body = { id, sizeBytes, crc32c };
    const draft = { bucket, name, settings, body, componentCount };
    const { record, announced } = objects.insert(draft, preconditions, call.access);
    await announced;
    answerJson(call, show(record));
  }

  function resolveSources(bucket: string, value: unknown, access: Access): readonly ObjectRecord[] {
    if (!Array.isArray(value) || value.length === 0 || value.length > MOST_COMPOSED_SOURCES) {
      throw new GoogleError(
        400,
        `The number of source components provided must be between 1 and ${MOST_COMPOSED_SOURCES}.`,
      );
    }
    return value.map((entry: unknown) => {
      const { name, generation, objectPreconditions } = expectObject(entry, 'sourceObjects[]');
      if (typeof name !== 'string') throw new GoogleError(400, 'Required: sourceObjects[].name', 'required');
      access.check(objectRight('storage.objects.get', bucket, name));
      const pinned = generation === undefined ? undefined : expectInt64(generation, 'generation');
      const source = catalog.object(bucket, name, pinned);
      const wanted = isJsonObject(objectPreconditions) ? objectPreconditions['ifGenerationMatch'] : undefined;
      if (wanted !== undefined && expectInt64(wanted, 'ifGenerationMatch') !== source.generation) {
        throw conditionNotMet();
      }
      return source;
    });
  }

  /** All sources are opened at once: one that is deleted meanwhile is still part of what was asked for. */
  function concatenation(sources: readonly ObjectRecord[]): AsyncIterable<Buffer> {
    const files = sources.map(({ bodyId }) => bodies.open(bodyId));
    return readAll(files);
  }

  return {
    'POST /storage/v1/b/:bucket/o/:object/rewriteTo/b/:toBucket/o/:toObject': rewrite,
    'POST /storage/v1/b/:bucket/o/:object/copyTo/b/:toBucket/o/:toObject': copyTo,
    'POST /storage/v1/b/:bucket/o/:object/compose': compose,
  };
}

/** Closes every file, also those it does not come to. */
async function* readAll(files: number[]): AsyncIterable<Buffer> {
  try {
    for (let file = files.shift(); file !== undefined; file = files.shift()) {
      yield* createReadStream('', { fd: file }) as AsyncIterable<Buffer>;
    }
  } finally {
    for (const file of files) closeSync(file);
  }
}
