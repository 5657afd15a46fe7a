/** One media type of a Content-Type or Accept header. Names are in lower case, values as they came. */
export interface MediaType {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Parses `type/subtype; name=value; name="quoted value"`. */
export function parseMediaType(text: string): MediaType {
  const [type = '', ...rest] = splitOutsideQuotes(text, ';');
  const parameters = new Map<string, string>();
  for (const parameter of rest) {
    const equals = parameter.indexOf('=');
    if (equals === -1) continue;
    const value = parameter.slice(equals + 1).trim();
    parameters.set(parameter.slice(0, equals).trim().toLowerCase(), unquote(value));
  }
  return { type: type.trim().toLowerCase(), parameters };
}

/** The media ranges of an Accept header, the most wanted first. Without a header everything is accepted. */
export function parseAccept(header: string | undefined): MediaType[] {
  if (header === undefined || header.trim() === '') return [parseMediaType('*/*')];
  return splitOutsideQuotes(header, ',')
    .map(parseMediaType)
    .filter((range) => qualityOf(range) > 0)
    .sort((a, b) => qualityOf(b) - qualityOf(a));
}

function qualityOf({ parameters }: MediaType): number {
  const quality = Number(parameters.get('q') ?? '1');
  return Number.isNaN(quality) ? 0 : quality;
}

/** Whether a media range such as an asterisk for either half takes in a type. */
export function rangeIncludes(range: MediaType, type: string): boolean {
  return range.type === '*/*' || range.type === type || range.type === `${type.split('/')[0] ?? ''}/*`;
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === separator && !isQuoted) {
      pieces.push(piece);
      piece = '';
      continue;
    }
    if (character === '"') isQuoted = !isQuoted;
    piece += character;
    if (character === '\\' && isQuoted) {
      at += 1;
      piece += text.charAt(at);
    }
  }
  return [...pieces, piece];
}

function unquote(value: string): string {
  return value.startsWith('"') && value.endsWith('"') && value.length > 1
    ? value.slice(1, -1).replace(/\\(.)/g, '$1')
    : value;
}
