import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DicomJson } from '../dicom/dicom-json.ts';
import { PlainTextError } from './errors.ts';
import { parseAccept, rangeIncludes } from './media-types.ts';

/** @throws PlainTextError 406 unless DICOM JSON is acceptable. */
export function requireJson(accept: string | undefined): void {
  const types = ['application/dicom+json', 'application/json'];
  if (parseAccept(accept).some((range) => types.some((type) => rangeIncludes(range, type)))) return;
  throw new PlainTextError(
    406,
    `no supported media type found in [${accept ?? ''}], accept-header must include one of application/dicom+json`,
  );
}

/** Answers data sets as one JSON array, each written as soon as it is there. */
export async function sendJsonList(
  response: ServerResponse,
  dataSets: AsyncIterable<DicomJson>,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/dicom+json; charset=utf-8' });
  await pipeline(Readable.from(lines(dataSets)), response);
}

async function* lines(dataSets: AsyncIterable<DicomJson>): AsyncGenerator<string> {
  let separator = '[';
  for await (const dataSet of dataSets) {
    yield separator + JSON.stringify(dataSet);
    separator = ',\n';
  }
  yield separator === '[' ? '[]' : ']';
}
