import type { BucketRecord, NotificationConfig, ObjectRecord } from './records.ts';

/** An object as the JSON API shows it. 64-bit integers are strings. */
export function toObjectResource(record: ObjectRecord, baseUrl: string): object {
  const { bucket, name, generation, settings } = record;
  const path = `storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`;
  return {
    kind: 'storage#object',
    id: `${bucket}/${name}/${generation}`,
    selfLink: `${baseUrl}/${path}`,
    mediaLink: `${baseUrl}/download/${path}?generation=${generation}&alt=media`,
    name,
    bucket,
    generation: String(generation),
    metageneration: String(record.metageneration),
    storageClass: 'STANDARD',
    size: String(record.sizeBytes),
    ...(record.md5Hash === undefined ? {} : { md5Hash: record.md5Hash }),
    crc32c: record.crc32c,
    ...(record.componentCount === undefined ? {} : { componentCount: record.componentCount }),
    etag: etagOf(record),
    timeCreated: record.timeCreated,
    updated: record.updated,
    timeStorageClassUpdated: record.timeCreated,
    timeFinalized: record.timeCreated,
    ...(record.timeDeleted === undefined ? {} : { timeDeleted: record.timeDeleted }),
    ...settings,
  };
}

export function toBucketResource(record: BucketRecord, baseUrl: string): object {
  return {
    kind: 'storage#bucket',
    id: record.name,
    selfLink: `${baseUrl}/storage/v1/b/${record.name}`,
    name: record.name,
    projectNumber: '1',
    metageneration: String(record.metageneration),
    etag: etagOf(record),
    timeCreated: record.timeCreated,
    updated: record.updated,
    location: 'US',
    locationType: 'multi-region',
    storageClass: 'STANDARD',
    ...record.settings,
  };
}

export function toNotificationResource(bucket: string, config: NotificationConfig, baseUrl: string): object {
  return {
    kind: 'storage#notification',
    selfLink: `${baseUrl}/storage/v1/b/${bucket}/notificationConfigs/${config.id}`,
    etag: config.id,
    ...config,
  };
}

/** Opaque to clients; the service's own are a small protocol buffer of generation and metageneration, as here. */
export function etagOf(record: { readonly generation?: number; readonly metageneration: number }): string {
  const generation = record.generation === undefined ? [] : [0x08, ...varint(record.generation)];
  return Buffer.from([...generation, 0x10, ...varint(record.metageneration)]).toString('base64');
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}
