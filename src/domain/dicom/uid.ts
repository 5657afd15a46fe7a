/** The longest UID that DICOM allows (PS3.5 section 9.1). */
export const MAX_UID_LENGTH = 64;

/** As much of it as a pattern says; the length is not in it. */
export const DIGITS_AND_PERIODS = /^[0-9]+(\.[0-9]+)*$/;

/**
 * Whether a text can stand as a UID in a DICOM store.
 *
 * Components with leading zeros are accepted although PS3.5 section 9.1 forbids them: archives are full of them,
 * and the Cloud Healthcare API asks for digits and periods only ("Using the DICOMweb standard", 2026-04-08).
 */
export function isUid(text: string): boolean {
  return text.length > 0 && text.length <= MAX_UID_LENGTH && DIGITS_AND_PERIODS.test(text);
}
