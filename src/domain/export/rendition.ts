import { isUid } from '../dicom/uid.ts';

/** As what an instance is exported. */
export type Rendition =
  /** The stored bytes: the only one that counts as a copy. */
  | { readonly kind: 'original' }
  | { readonly kind: 'transfer-syntax'; readonly transferSyntaxUid: string }
  /** DICOM JSON without bulk data. */
  | { readonly kind: 'metadata' }
  /** An image for people to look at, one for each frame. */
  | { readonly kind: 'rendered'; readonly mediaType: ImageType };

export type ImageType = 'image/jpeg' | 'image/png';

const TRANSFER_SYNTAX = 'transferSyntax:';

const RENDERED: ReadonlyMap<string, ImageType> = new Map([
  ['rendered', 'image/jpeg'],
  ['rendered:image/jpeg', 'image/jpeg'],
  ['rendered:image/png', 'image/png'],
]);

/** Reads `original`, `transferSyntax:UID`, `metadata`, `rendered` or `rendered:image/png`; undefined for anything else. */
export function parseRendition(text: string): Rendition | undefined {
  if (text === 'original' || text === 'metadata') return { kind: text };
  const mediaType = RENDERED.get(text);
  if (mediaType !== undefined) return { kind: 'rendered', mediaType };
  const transferSyntaxUid = text.startsWith(TRANSFER_SYNTAX) ? text.slice(TRANSFER_SYNTAX.length) : '';
  return isUid(transferSyntaxUid) ? { kind: 'transfer-syntax', transferSyntaxUid } : undefined;
}

/** The inverse of {@link parseRendition}; what is written into metadata. */
export function formatRendition(rendition: Rendition): string {
  switch (rendition.kind) {
    case 'original':
    case 'metadata':
      return rendition.kind;
    case 'transfer-syntax':
      return `${TRANSFER_SYNTAX}${rendition.transferSyntaxUid}`;
    case 'rendered':
      return `rendered:${rendition.mediaType}`;
  }
}

/**
 * Transfer syntaxes that keep every pixel: native ones, deflate, RLE and the lossless processes of PS3.5 sections 8.2 and
 * 10. What is not on the list may lose something, those to come among it.
 */
const LOSSLESS: ReadonlySet<string> = new Set(
  [
    '',
    '.1',
    '.1.99',
    '.2',
    '.4.57',
    '.4.70',
    '.4.80',
    '.4.90',
    '.4.110',
    '.4.201',
    '.4.202',
    '.5',
    '.8.1',
  ].map((end) => `1.2.840.10008.1.2${end}`),
);

export function isLossless(rendition: Rendition): boolean {
  return rendition.kind !== 'transfer-syntax' || LOSSLESS.has(rendition.transferSyntaxUid);
}

/** Where objects go when a command does not say. */
export function defaultLayout(rendition: Rendition): string {
  const instance = '{StudyInstanceUID}/{SeriesInstanceUID}/{SOPInstanceUID}';
  switch (rendition.kind) {
    case 'original':
    case 'transfer-syntax':
      return `${instance}.dcm`;
    case 'metadata':
      return `${instance}.json`;
    case 'rendered':
      return `${instance}/{FrameNumber}.${rendition.mediaType === 'image/png' ? 'png' : 'jpg'}`;
  }
}

/** The Content-Type of the objects. */
export function contentTypeOf(rendition: Rendition): string {
  switch (rendition.kind) {
    case 'original':
    case 'transfer-syntax':
      return 'application/dicom';
    case 'metadata':
      return 'application/dicom+json';
    case 'rendered':
      return rendition.mediaType;
  }
}
