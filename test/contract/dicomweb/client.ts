import { createHash } from 'node:crypto';
import { request } from 'undici';
import type { Target } from './targets.ts';

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly contentLength: string | undefined;
  readonly body: Buffer;
}

/** An attribute of DICOM JSON, as far as the suites look at it. */
export interface Attribute {
  readonly vr: string;
  readonly Value?: readonly unknown[];
  readonly BulkDataURI?: string;
  readonly InlineBinary?: string;
}
export type Row = Readonly<Record<string, Attribute | undefined>>;

/** The files' bytes as they are wanted back. */
export const STORED_BYTES = 'multipart/related; type="application/dicom"; transfer-syntax=*';

/** @param path below the DICOMweb root, with its slash, or a whole URL that the server gave out. */
export async function get(target: Target, path: string, accept?: string): Promise<Answer> {
  const url = path.startsWith('http') ? path : `${target.dicomWebUrl}${path}`;
  const headers = { ...target.headers, ...(accept === undefined ? {} : { accept }) };
  return toAnswer(await request(url, { headers }));
}

export async function post(
  target: Target,
  path: string,
  contentType: string,
  body: Buffer,
  accept = 'application/dicom+json',
): Promise<Answer> {
  const headers = { ...target.headers, accept, 'content-type': contentType };
  return toAnswer(await request(`${target.dicomWebUrl}${path}`, { method: 'POST', headers, body }));
}

async function toAnswer({ statusCode, headers, body }: Awaited<ReturnType<typeof request>>): Promise<Answer> {
  return {
    status: statusCode,
    contentType: String(headers['content-type'] ?? ''),
    contentLength: headers['content-length']?.toString(),
    body: Buffer.from(await body.arrayBuffer()),
  };
}

/** Stores files in one multipart request. @param study the study of the path, if any. */
export async function store(target: Target, files: readonly Buffer[], study?: string): Promise<Answer> {
  const boundary = 'contract-suite-boundary';
  const path = study === undefined ? '/studies' : `/studies/${study}`;
  const contentType = `multipart/related; type="application/dicom"; boundary=${boundary}`;
  return post(target, path, contentType, toMultipart(boundary, files));
}

export function toMultipart(boundary: string, files: readonly Buffer[]): Buffer {
  const parts = files.flatMap((file) => [
    Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`),
    file,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
}

/** The parts of a multipart answer. */
export function partsOf({ contentType, body }: Answer): Buffer[] {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
  if (boundary === undefined) throw new Error(`No boundary in ${contentType}`);
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const whole = Buffer.concat([Buffer.from('\r\n'), body]);
  const parts: Buffer[] = [];
  let start = whole.indexOf(delimiter);
  for (let end = whole.indexOf(delimiter, start + 1); end !== -1; end = whole.indexOf(delimiter, start + 1)) {
    parts.push(whole.subarray(whole.indexOf('\r\n\r\n', start + 2) + 4, end));
    start = end;
  }
  return parts;
}

/** What stands for files in assertions, in an order that is the same for the same files. */
export function digestsOf(files: readonly Buffer[]): string[] {
  return files.map((file) => createHash('sha256').update(file).digest('hex')).sort();
}

export function rowOf({ body }: Answer): Row {
  return JSON.parse(body.toString('utf8')) as Row;
}

/** What a search found, whether it says "nothing" with 204 or with an empty list. */
export function rowsOf({ status, body }: Answer): Row[] {
  return status === 204 ? [] : (JSON.parse(body.toString('utf8')) as Row[]);
}

export function valueOf(row: Row, tag: string): unknown {
  return row[tag]?.Value?.[0];
}

/** The SOP Instance UIDs in one of the sequences of a store answer: 00081199 stored, 00081198 failed. */
export function sopInstanceUidsIn(answer: Answer, sequence: '00081199' | '00081198'): unknown[] {
  const items = rowOf(answer)[sequence]?.Value ?? [];
  return items.map((item) => valueOf(item as Row, '00081155'));
}
