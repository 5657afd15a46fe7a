import { describe, expect, it } from '@jest/globals';
import dicomParser from 'dicom-parser';
import { makeStudy, studyUidOf } from '../../src/sample/study.ts';

const MADE_AT = new Date('2026-03-04T05:06:07Z');
const make = (seed: string, imagesPerSeries = 3) => [
  ...makeStudy({ seed, imagesPerSeries, madeAt: MADE_AT }),
];
const files = make('a');
const parsed = files.map(({ content }) => dicomParser.parseDicom(content));
const all = (tag: string): (string | undefined)[] => parsed.map((dataSet) => dataSet.string(tag));

/** The pixels of each file as its modality means them. */
const pixels = parsed.map((dataSet) => {
  const element = dataSet.elements['x7fe00010'];
  if (element === undefined) throw new Error('There are no pixels.');
  const { dataOffset, length } = element;
  const stored = new Uint16Array(
    Uint8Array.from(dataSet.byteArray.subarray(dataOffset, dataOffset + length)).buffer,
  );
  const intercept = dataSet.floatString('x00281052') ?? 0;
  return Float32Array.from(stored, (value) => value + intercept);
});

describe('the sample study', () => {
  it('has three series of one study, in files named by their order', () => {
    expect(files.map(({ path }) => path)).toEqual(
      ['ct-chest', 'mr-head-t1', 'mr-head-t2'].flatMap((series) =>
        ['001', '002', '003'].map((number) => `${series}/${number}.dcm`),
      ),
    );
    expect(new Set(all('x0020000d'))).toEqual(new Set([studyUidOf('a')]));
    expect(new Set(all('x0020000e')).size).toBe(3);
    expect(new Set(all('x00080018')).size).toBe(9);
  });

  it('has UIDs that anybody may make', () => {
    const uids = ['x00080018', 'x0020000d', 'x0020000e', 'x00200052'].flatMap(all);
    expect(uids.filter((uid) => !/^2\.25\.(0|[1-9]\d{0,38})$/.test(uid ?? ''))).toEqual([]);
  });

  it('agrees with its file meta information', () => {
    expect(all('x00020003')).toEqual(all('x00080018'));
    expect(all('x00020002')).toEqual(all('x00080016'));
    expect(new Set(all('x00020010'))).toEqual(new Set(['1.2.840.10008.1.2.1']));
  });

  it('is the same for the same seed, and another for another', () => {
    const [first, again] = [make('a', 1), make('a', 1)];
    expect(again).toHaveLength(3);
    expect(again.every(({ content }, index) => first[index]?.content.equals(content))).toBe(true);
    expect(studyUidOf('b')).not.toBe(studyUidOf('a'));
  });

  it('has pictures of 256 by 256 pixels of which no two are alike', () => {
    expect(pixels.map(({ length }) => length)).toEqual(parsed.map(() => 65_536));
    expect(new Set(pixels.map((values) => Buffer.from(values.buffer).toString('base64'))).size).toBe(9);
  });

  it('has air, lung, soft tissue and bone in the CT, in Hounsfield units', () => {
    const [chest = new Float32Array()] = pixels;
    const share = (from: number, to: number): number =>
      chest.filter((value) => value >= from && value < to).length / chest.length;
    expect(share(-1024, -900)).toBeGreaterThan(0.3);
    expect(share(-900, -700)).toBeGreaterThan(0.1);
    expect(share(0, 120)).toBeGreaterThan(0.1);
    expect(share(300, 1100)).toBeGreaterThan(0.01);
  });

  it('has brighter fluid than white matter in T2, and darker in T1', () => {
    // The middle slice: in the left ventricle, and in the white matter beside it.
    const [fluid, white] = [110 * 256 + 138, 100 * 256 + 175];
    expect(pixels[4]?.[fluid]).toBeLessThan(pixels[4]?.[white] ?? 0);
    expect(pixels[7]?.[fluid]).toBeGreaterThan(pixels[7]?.[white] ?? Infinity);
  });

  it('has a burnt-in number, in the brightest value', () => {
    const topRows = pixels[0]?.slice(0, 256 * 22) ?? [];
    expect(topRows.filter((value) => value === 1000).length).toBeGreaterThan(100);
    expect(new Set(all('x00280301'))).toEqual(new Set(['YES']));
  });
});
