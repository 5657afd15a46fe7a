import { expect, it } from '@jest/globals';
import { KNOWN_DIFFERENCES } from './known-differences.ts';
import { describeTargets } from './targets.ts';

describeTargets('DICOMweb, where Google and Orthanc differ', (target) => {
  it.each(KNOWN_DIFFERENCES)('does its own on $title', async (difference) => {
    expect(await difference.probe(target())).toEqual(difference[target().kind]);
  });
});
