import { beforeAll, expect, it } from '@jest/globals';
import { makeDicom, tripleOf, uid, type SyntheticDicom } from '../../support/synthetic-dicom.ts';
import { digestsOf, get, partsOf, store, STORED_BYTES } from './client.ts';
import { describeTargets } from './targets.ts';

const seed = 'retrieved';
const options: SyntheticDicom[] = [1, 2, 3, 4].map((number) => ({
  seed,
  series: uid(seed, 'series', number % 2),
  instance: uid(seed, number),
  pixelBytes: 65_536 * number,
}));
const files = options.map(makeDicom);
const { study } = tripleOf({ seed });
const path = ({ series, instance }: SyntheticDicom) =>
  `/studies/${study}/series/${series}/instances/${instance}`;

describeTargets('DICOMweb retrieve', (target) => {
  beforeAll(async () => {
    await store(target(), files);
  });

  it('gives all instances of a study, byte for byte', async () => {
    const answer = await get(target(), `/studies/${study}`, STORED_BYTES);
    expect(answer.status).toBe(200);
    expect(answer.contentType).toMatch(/^multipart\/related/);
    expect(digestsOf(partsOf(answer))).toEqual(digestsOf(files));
  });

  it('gives the instances of one series only', async () => {
    const answer = await get(target(), `/studies/${study}/series/${uid(seed, 'series', 1)}`, STORED_BYTES);
    const wanted = [files[0], files[2]] as Buffer[];
    expect(digestsOf(partsOf(answer))).toEqual(digestsOf(wanted));
  });

  it.each(options.map((option, index) => ({ index, path: path(option) })))(
    'gives instance $index alone in a multipart answer',
    async ({ index, path: instancePath }) => {
      const answer = await get(target(), instancePath, STORED_BYTES);
      expect(answer.status).toBe(200);
      expect(digestsOf(partsOf(answer))).toEqual(digestsOf(files.slice(index, index + 1)));
    },
  );

  it('gives an instance in the transfer syntax it is stored in, when that is asked for', async () => {
    const accept = 'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.1';
    const answer = await get(target(), path(options[0] ?? {}), accept);
    expect(digestsOf(partsOf(answer))).toEqual(digestsOf(files.slice(0, 1)));
  });

  it.each([
    ['study', `/studies/${uid('nowhere')}`],
    ['series', `/studies/${study}/series/${uid('nowhere')}`],
    ['instance', `${path(options[0] ?? {})}.9`],
    [
      'instance of another series',
      `/studies/${study}/series/${uid(seed, 'series', 0)}/instances/${uid(seed, 1)}`,
    ],
  ])('answers 404 for a %s that is not there', async (_, missing) => {
    expect((await get(target(), missing, STORED_BYTES)).status).toBe(404);
  });
});
