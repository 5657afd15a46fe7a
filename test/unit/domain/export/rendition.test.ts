import { describe, expect, it } from '@jest/globals';
import {
  contentTypeOf,
  defaultLayout,
  formatRendition,
  isLossless,
  parseRendition,
} from '../../../../src/domain/export/rendition.ts';
import { parseLayout } from '../../../../src/domain/export/layout.ts';

const JPEG_LOSSLESS = '1.2.840.10008.1.2.4.70';
const JPEG_BASELINE = '1.2.840.10008.1.2.4.50';

describe('a format', () => {
  it.each([
    ['original', 'original', 'application/dicom', 'dcm'],
    ['metadata', 'metadata', 'application/dicom+json', 'json'],
    ['rendered', 'rendered:image/jpeg', 'image/jpeg', 'jpg'],
    ['rendered:image/png', 'rendered:image/png', 'image/png', 'png'],
    [`transferSyntax:${JPEG_LOSSLESS}`, `transferSyntax:${JPEG_LOSSLESS}`, 'application/dicom', 'dcm'],
  ])('%s is written as %s, is of type %s and ends in .%s', (text, written, contentType, extension) => {
    const rendition = parseRendition(text);
    if (rendition === undefined) throw new Error('It was not understood.');
    expect(formatRendition(rendition)).toBe(written);
    expect(contentTypeOf(rendition)).toBe(contentType);
    expect(defaultLayout(rendition).endsWith(`.${extension}`)).toBe(true);
    expect(typeof parseLayout(defaultLayout(rendition), 0)).toBe('object');
  });

  it.each(['', 'Original', 'transferSyntax:', 'transferSyntax:*', 'rendered:image/gif', 'dicom'])(
    'is not %p',
    (text) => {
      expect(parseRendition(text)).toBeUndefined();
    },
  );

  it('is known to lose nothing, or not', () => {
    expect(isLossless({ kind: 'original' })).toBe(true);
    expect(isLossless({ kind: 'transfer-syntax', transferSyntaxUid: JPEG_LOSSLESS })).toBe(true);
    expect(isLossless({ kind: 'transfer-syntax', transferSyntaxUid: JPEG_BASELINE })).toBe(false);
    expect(isLossless({ kind: 'transfer-syntax', transferSyntaxUid: '1.2.3' })).toBe(false);
  });
});
