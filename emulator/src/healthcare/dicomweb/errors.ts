import type { ServerResponse } from 'node:http';
import { GoogleError } from '../../http/google-error.ts';
import { sendJson } from '../../http/server.ts';
import type { HealthcareSwitches } from '../switches.ts';

/** A refusal on a DICOMweb path that is answered in plain text, as 400 and 406 are. */
export class PlainTextError extends Error {
  override readonly name = 'PlainTextError';
  readonly httpStatus: number;

  constructor(httpStatus: 400 | 406, message: string) {
    super(message);
    this.httpStatus = httpStatus;
  }
}

/** Answers an error of a DICOMweb path in the form it has there. Unexpected errors are thrown on. */
export function sendDicomWebError(
  response: ServerResponse,
  error: unknown,
  { jsonErrors }: HealthcareSwitches,
): void {
  if (response.headersSent) throw error;
  if (error instanceof PlainTextError) {
    const text = Buffer.from(error.message);
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'content-length': text.length };
    response.writeHead(error.httpStatus, headers).end(text);
    return;
  }
  if (!(error instanceof GoogleError)) throw error;
  sendJson(response, error.httpStatus, jsonErrors === 'array' ? [error.toJson()] : error.toJson());
}
