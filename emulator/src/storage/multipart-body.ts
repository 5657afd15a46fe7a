import { GoogleError } from '../http/google-error.ts';

const PART_HEADERS_LIMIT_BYTES = 16_384;
const METADATA_LIMIT_BYTES = 1_000_000;
const HEADERS_END = Buffer.from('\r\n\r\n');

/** The two parts of an upload with `uploadType=multipart`. */
export interface MultipartUpload {
  /** The object resource, as parsed JSON. */
  readonly metadata: unknown;
  readonly mediaType: string | undefined;
  /**
   * To be read once and to its end.
   *
   * It throws {@link GoogleError} 400 when the body ends without the closing boundary: then bytes are missing,
   * however many came.
   */
  readonly media: AsyncIterable<Buffer>;
}

/**
 * Reads the metadata of a `multipart/related` upload; the media part is read as the caller asks for it.
 *
 * @param contentType the request's, with the boundary.
 * @throws GoogleError 400 for anything but a JSON part followed by one media part.
 */
export async function readMultipartUpload(
  source: AsyncIterable<Buffer>,
  contentType: string | undefined,
): Promise<MultipartUpload> {
  const reader = new PartReader(source, boundaryOf(contentType ?? ''));
  if ((await reader.nextHeaders()) === undefined) throw malformed('there is no metadata part');
  const text: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of reader.body()) {
    sizeBytes += chunk.length;
    if (sizeBytes > METADATA_LIMIT_BYTES) throw malformed('the metadata part is too large');
    text.push(chunk);
  }
  const metadata = parseMetadata(Buffer.concat(text).toString());
  const headers = await reader.nextHeaders();
  if (headers === undefined) throw malformed('there is no media part');
  const encoding = headers.get('content-transfer-encoding') ?? 'binary';
  if (encoding.toLowerCase() !== 'binary') throw malformed(`the media part is encoded as ${encoding}`);
  return { metadata, mediaType: headers.get('content-type'), media: onlyPart(reader) };
}

async function* onlyPart(reader: PartReader): AsyncIterable<Buffer> {
  yield* reader.body();
  if ((await reader.nextHeaders()) !== undefined) throw malformed('there are more than two parts');
}

function parseMetadata(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('the metadata part is not JSON');
  }
}

function boundaryOf(contentType: string): string {
  const boundary = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType);
  const value = boundary?.[1] ?? boundary?.[2];
  if (!/^multipart\/related\b/i.test(contentType) || value === undefined) {
    throw malformed('the content type is not multipart/related with a boundary');
  }
  return value;
}

function malformed(reason: string): GoogleError {
  return new GoogleError(400, `Malformed multipart body: ${reason}.`, 'badRequest');
}

/** Takes a multipart body apart as it comes, holding no more than one chunk and one boundary. */
class PartReader {
  readonly #source: AsyncIterator<Buffer>;
  readonly #delimiter: Buffer;
  // The first boundary may stand at the very beginning; with this it too follows a line break.
  #buffered: Buffer = Buffer.from('\r\n');
  #isInPart = true;

  constructor(source: AsyncIterable<Buffer>, boundary: string) {
    this.#source = source[Symbol.asyncIterator]();
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
  }

  /** Skips to the next part and reads its headers; undefined behind the last part. */
  async nextHeaders(): Promise<ReadonlyMap<string, string> | undefined> {
    await this.#skipPart();
    await this.#fill(2);
    if (this.#buffered.subarray(0, 2).toString('latin1') === '--') {
      await this.#drain();
      return undefined;
    }
    for (let end = this.#buffered.indexOf(HEADERS_END); ; end = this.#buffered.indexOf(HEADERS_END)) {
      if (end > PART_HEADERS_LIMIT_BYTES) throw malformed('the headers of a part are too large');
      if (end !== -1) {
        const lines = this.#buffered.subarray(0, end).toString('latin1').split('\r\n');
        if (lines[0]?.trim() !== '') throw malformed('a boundary is followed by something else');
        this.#buffered = this.#buffered.subarray(end + HEADERS_END.length);
        this.#isInPart = true;
        return parseHeaders(lines.slice(1));
      }
      if (this.#buffered.length > PART_HEADERS_LIMIT_BYTES)
        throw malformed('the headers of a part are too large');
      await this.#more();
    }
  }

  /** The rest of the current part. */
  async *body(): AsyncIterable<Buffer> {
    while (this.#isInPart) {
      const at = this.#buffered.indexOf(this.#delimiter);
      const end = at === -1 ? Math.max(0, this.#buffered.length - this.#delimiter.length + 1) : at;
      const chunk = this.#buffered.subarray(0, end);
      this.#buffered = this.#buffered.subarray(at === -1 ? end : end + this.#delimiter.length);
      if (at !== -1) this.#isInPart = false;
      if (chunk.length > 0) yield chunk;
      if (at === -1) await this.#more();
    }
  }

  /** The preamble, or what the caller has not read of a part. */
  async #skipPart(): Promise<void> {
    const body = this.body()[Symbol.asyncIterator]();
    while ((await body.next()).done !== true);
  }

  async #fill(sizeBytes: number): Promise<void> {
    while (this.#buffered.length < sizeBytes) await this.#more();
  }

  async #more(): Promise<void> {
    const next = await this.#source.next();
    if (next.done === true) throw malformed('it ends before its closing boundary');
    this.#buffered = this.#buffered.length === 0 ? next.value : Buffer.concat([this.#buffered, next.value]);
  }

  /** Reads what follows the closing boundary, which has no meaning, so that the connection can be used again. */
  async #drain(): Promise<void> {
    this.#buffered = Buffer.alloc(0);
    for (let next = await this.#source.next(); next.done !== true; next = await this.#source.next());
  }
}

function parseHeaders(lines: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) throw malformed('a part has a header line without a name');
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}
