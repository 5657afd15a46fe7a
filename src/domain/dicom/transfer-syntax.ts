import {
  EXPLICIT_BIG_ENDIAN,
  EXPLICIT_LITTLE_ENDIAN,
  IMPLICIT_LITTLE_ENDIAN,
  type Encoding,
} from './element.ts';

/** Transfer syntaxes that deflate the whole data set (PS3.5 annex A.5, and the two JPIP ones that reference it). */
const DEFLATED = new Set(['1.2.840.10008.1.2.1.99', '1.2.840.10008.1.2.4.95', '1.2.840.10008.1.2.4.205']);

export function isDeflated(transferSyntaxUid: string): boolean {
  return DEFLATED.has(transferSyntaxUid);
}

/**
 * How a data set of that transfer syntax says it is written.
 *
 * All but three are explicit little endian, the encapsulated ones and those to come among them; private ones are
 * taken to be so too, and looked at before they are believed.
 */
export function declaredEncoding(transferSyntaxUid: string | undefined): Encoding {
  if (transferSyntaxUid === '1.2.840.10008.1.2') return IMPLICIT_LITTLE_ENDIAN;
  if (transferSyntaxUid === '1.2.840.10008.1.2.2') return EXPLICIT_BIG_ENDIAN;
  return EXPLICIT_LITTLE_ENDIAN;
}
