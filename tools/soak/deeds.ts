import { createHash } from 'node:crypto';
import { DICOM_STORE, INBOX_TOPIC } from '../../emulator/src/stack/topology.ts';
import { makeHealthcareClient } from '../cloud/healthcare-client.ts';
import { bytesOf, type DicomFile } from './file.ts';
import { objectKey } from './report-book.ts';
import type { SoakWorld } from './soak-world.ts';
import type { Announcement, Command, Upload } from './story.ts';
import { OWN_QUERY } from './weather.ts';

/** An object that was uploaded. */
export interface Uploaded {
  readonly key: string;
  readonly upload: Upload;
  /** When it came to be, by the clock of the storage. Milliseconds since the epoch. */
  readonly finalizedAtMs: number;
}

/** A message that was published, and the id of the report that is to come. */
export interface Published {
  readonly reportId: string;
  /** The command's id, or its message's. */
  readonly id: string;
  readonly command: Command;
}

/** A message on an object that nobody has uploaded. */
export interface Announced {
  /** By which its report is found. */
  readonly key: string;
  readonly outcome: string;
}

export async function sendObject(upload: Upload, world: SoakWorld): Promise<Uploaded> {
  const { name, content, contentEncoding } = upload;
  const made = await send(world, 'inbox', name, bytesOf(content), contentEncoding);
  return { key: objectKey(name, made.generation), upload, finalizedAtMs: Date.parse(made.timeCreated) };
}

export async function sendCommand(command: Command, { stack }: SoakWorld): Promise<Published> {
  const { topic, message, ends } = command;
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  const messageId = await stack.clients.pubsub
    .topic(`dicom-${topic}`)
    .publishMessage({ data: Buffer.from(text), attributes: { from: 'soak' } });
  const { action = topic } = message as { action?: string };
  const kind = action === 'cleanup' ? 'cleanup' : topic;
  const id = command.id ?? messageId;
  return { reportId: ends === 'refused' ? `${kind}:refused:${messageId}` : `${kind}:${id}`, id, command };
}

export async function announce(
  { object, attributes, data, outcome }: Announcement,
  { stack }: SoakWorld,
): Promise<Announced> {
  const messageId = await stack.clients.pubsub
    .topic(INBOX_TOPIC)
    .publishMessage({ data: Buffer.from(data), attributes: { ...attributes } });
  // An event that names no object is known by a hash of its message's id.
  const hash = createHash('sha256').update(messageId).digest('hex').slice(0, 32);
  const key = object === null ? `ingest:event:${hash}` : objectKey(object.name, object.generation);
  return { key, outcome };
}

export async function hold(target: string, world: SoakWorld): Promise<void> {
  await send(world, 'records', `holds/${target}`, Buffer.from('soak'));
}

export async function place(name: string, text: string, world: SoakWorld): Promise<void> {
  await send(world, 'exports', name, Buffer.from(text));
}

/** Puts instances into the store, and then the markers that ingest would have left: what has none is never cleaned up. */
export async function age(files: readonly DicomFile[], day: string, world: SoakWorld): Promise<void> {
  const healthcare = makeHealthcareClient(world.stack.services.healthcareUrl);
  for (const file of files) {
    const { status } = await healthcare({
      method: 'POST',
      path: `${DICOM_STORE}/dicomWeb/studies?${OWN_QUERY}`,
      headers: { 'content-type': 'application/dicom' },
      body: bytesOf({ kind: 'dicom', file }),
    });
    if (status !== 200) throw new Error(`The store answered ${status}.`);
  }
  for (const series of new Set(files.map((file) => `${file.study}/${file.series}`))) {
    const marker = JSON.stringify({ ingestedAt: `${day}T12:00:00.000Z` });
    await send(world, 'state', `ingested/${series}/${day}`, Buffer.from(marker));
  }
}

async function send(
  { stack }: SoakWorld,
  bucket: string,
  name: string,
  bytes: Buffer,
  contentEncoding?: string,
): Promise<{ readonly generation: string; readonly timeCreated: string }> {
  const encoding = contentEncoding === undefined ? '' : `&contentEncoding=${contentEncoding}`;
  const query = `uploadType=media&name=${encodeURIComponent(name)}${encoding}&${OWN_QUERY}`;
  const answer = await fetch(`${stack.services.storageUrl}/upload/storage/v1/b/${bucket}/o?${query}`, {
    method: 'POST',
    headers: { authorization: 'Bearer local', 'content-type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
  });
  if (answer.status !== 200) throw new Error(`An upload was answered ${answer.status}.`);
  return (await answer.json()) as { generation: string; timeCreated: string };
}
