import type { IncomingHttpHeaders } from 'node:http';
import { GoogleError } from '../http/google-error.ts';
import { parseHashHeaders, type ExpectedChecksums } from './checksums.ts';
import { expectObject } from './json.ts';
import { checkObjectName } from './names.ts';
import { parseSettings } from './object-settings.ts';
import { parsePreconditions, type Preconditions } from './preconditions.ts';
import type { ObjectSettings } from './records.ts';

/** What an upload of any type says of the object that is to be, before its bytes come. */
export interface UploadRequest {
  readonly bucket: string;
  readonly name: string;
  readonly settings: ObjectSettings;
  readonly preconditions: Preconditions;
  /** From the resource and from the headers; all of them must hold. */
  readonly expected: readonly ExpectedChecksums[];
}

/**
 * @param resource the object resource sent with the upload, `{}` when there is none.
 * @param mediaType the type of the media, which counts where the resource names none.
 * @throws GoogleError 400 for a bad name, setting, precondition or hash.
 */
export function parseUploadRequest(
  bucket: string,
  query: URLSearchParams,
  headers: IncomingHttpHeaders,
  resource: unknown,
  mediaType: string | undefined,
): UploadRequest {
  const object = expectObject(resource, 'object');
  const name = query.get('name') ?? object['name'] ?? '';
  if (typeof name !== 'string') throw new GoogleError(400, 'Invalid value for: name');
  checkObjectName(name);
  const { crc32c, md5Hash } = object;
  const contentEncoding = query.get('contentEncoding');
  return {
    bucket,
    name,
    settings: {
      ...(mediaType === undefined ? {} : { contentType: mediaType }),
      ...parseSettings(object),
      ...(contentEncoding === null ? {} : { contentEncoding }),
    },
    preconditions: parsePreconditions(query),
    expected: [
      parseHashHeaders(headers),
      {
        ...(typeof crc32c === 'string' ? { crc32c } : {}),
        ...(typeof md5Hash === 'string' ? { md5Hash } : {}),
      },
    ],
  };
}
