/** `npm run sample`: puts a small synthetic study into the drop folder of the local stack. */
import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeStudy, studyUidOf } from './study.ts';
import { writeSample } from './write-sample.ts';

const HELP = `Makes a small synthetic study with pictures and puts it into the drop folder: a chest (CT) and a head
(MR, T1 and T2). Nobody's data, new UIDs with every run.

Usage: npm run sample [-- OPTIONS]

  --drop DIR     where to put it                               (./inbox)
  --images N     pictures in each of the three series, 1–500   (5)
  --seed TEXT    the same UIDs and pictures for the same text
  --help         this text
`;

const OPTIONS = {
  drop: { type: 'string', default: './inbox' },
  images: { type: 'string', default: '5' },
  seed: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

process.exitCode = main(process.argv.slice(2));

function main(args: readonly string[]): number {
  try {
    const {
      drop,
      images,
      seed = randomUUID(),
      help,
    } = parseArgs({ args: [...args], options: OPTIONS }).values;
    if (help) {
      process.stdout.write(HELP);
      return 0;
    }
    const imagesPerSeries = Number(images);
    if (!/^\d{1,3}$/.test(images) || imagesPerSeries < 1 || imagesPerSeries > 500) {
      throw new RangeError(`--images takes a number from 1 to 500, not "${images}".`);
    }
    makeSample(resolve(drop), seed, imagesPerSeries);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

function makeSample(dropDir: string, seed: string, imagesPerSeries: number): void {
  const studyUid = studyUidOf(seed);
  const directory = join(dropDir, `sample-${studyUid.slice(-8)}`);
  const count = writeSample(directory, makeStudy({ seed, imagesPerSeries, madeAt: new Date(Date.now()) }));
  process.stdout.write(
    `${count} pictures of a synthetic patient are in ${directory}\nTheir study is ${studyUid}\n`,
  );
}
