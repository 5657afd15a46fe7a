import '../support/one-realm.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { followReports, type ReportFeed } from '../../emulator/src/stack/report-feed.ts';
import { startStack, type Stack } from '../../emulator/src/stack/stack.ts';
import { DICOM_STORE } from '../../emulator/src/stack/topology.ts';
import { hashObjectRef } from '../../src/domain/object-ref.ts';
import type { IngestReport } from '../../src/domain/report.ts';
import { KillSwitch } from '../support/kill-switch.ts';
import { deployedRights } from '../support/rights.ts';
import {
  makeDicom,
  tripleOf,
  uid,
  type SyntheticDicom,
  TRANSFER_SYNTAX,
} from '../support/synthetic-dicom.ts';
import { until } from '../support/until.ts';

/** Decides when the function is killed; another seed kills it at other moments. */
const SEED = 20_260_101;
const KILLS = 14;

/** An object and what has to become of it, whatever happens on the way. */
interface Planned {
  readonly name: string;
  readonly bytes: Buffer;
  readonly outcome: 'stored' | 'conflict different-content' | 'rejected not-dicom' | 'rejected damaged';
  /** Where the store keeps it, for what is stored. */
  readonly path?: string;
}

const SYNTAXES = Object.values(TRANSFER_SYNTAX);
const optionsOf = (number: number): SyntheticDicom => ({
  seed: `kills ${number}`,
  study: uid('kills study', number % 7),
  series: uid('kills series', number % 7, number % 3),
  transferSyntax: SYNTAXES[number % SYNTAXES.length] ?? TRANSFER_SYNTAX.explicitLittleEndian,
  pixelBytes: number % 10 === 0 ? 1024 * 1024 : 20_000,
});
const pathOf = (options: SyntheticDicom): string => {
  const { study, series, instance } = tripleOf(options);
  return `studies/${study}/series/${series}/instances/${instance}`;
};
const numbers = (count: number): number[] => Array.from({ length: count }, (_, number) => number);
const isStored = ({ outcome }: Planned): boolean => outcome === 'stored';

/** What comes first: 180 instances, and 30 objects that are no DICOM. */
const FIRST: readonly Planned[] = [
  ...numbers(180).map((number) => ({
    name: `first/${number}.dcm`,
    bytes: makeDicom(optionsOf(number)),
    outcome: 'stored' as const,
    path: pathOf(optionsOf(number)),
  })),
  ...numbers(30).map((number) => ({
    name: `first/letter-${number}.dcm`,
    bytes: Buffer.from(`Dear colleague, this is letter ${number}.`),
    outcome: 'rejected not-dicom' as const,
  })),
];

/** What comes when those are settled: 45 of them again, 30 others under their UIDs, and 15 torn files. */
const SECOND: readonly Planned[] = [
  ...numbers(45).map((number) => ({
    name: `again/${number}.dcm`,
    bytes: makeDicom(optionsOf(number)),
    outcome: 'stored' as const,
    path: pathOf(optionsOf(number)),
  })),
  ...numbers(30).map((number) => ({
    name: `other/${number}.dcm`,
    bytes: makeDicom({ ...optionsOf(100 + number), patientName: 'Other^Olga' }),
    outcome: 'conflict different-content' as const,
  })),
  ...numbers(15).map((number) => ({
    name: `torn/${number}.dcm`,
    bytes: makeDicom({ seed: `torn ${number}` }).subarray(0, 400 + number),
    outcome: 'rejected damaged' as const,
  })),
];
const ALL = [...FIRST, ...SECOND];

describe('300 objects with every message delivered twice, and the function killed at random points', () => {
  let root: string;
  let stack: Stack;
  let feed: ReportFeed;
  let killer: KillSwitch;
  const reports: IngestReport[] = [];
  const byName = new Map<string, IngestReport[]>();
  const hashes = new Map<string, string>();

  const upload = async (planned: readonly Planned[]): Promise<void> => {
    const inbox = stack.clients.storage.bucket('inbox');
    for (const { name, bytes } of planned) {
      const file = inbox.file(name);
      await file.save(bytes, { resumable: false, validation: false });
      hashes.set(
        name,
        hashObjectRef({ bucket: 'inbox', name, generation: String(file.metadata.generation) }),
      );
    }
  };

  /** Each message is delivered twice, and so is each report on it. */
  const areSettled = (planned: readonly Planned[]): boolean =>
    planned.every(({ name }) => (byName.get(name)?.length ?? 0) >= 4);

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'courier-kills-'));
    const dataDir = join(root, 'data');
    stack = await startStack({
      dataDir,
      ports: { storage: 0, pubsub: 0, healthcare: 0, functions: 0 },
      policy: deployedRights(),
      deliverTwice: true,
      backoff: { minSeconds: 0, maxSeconds: 1 },
      restartDelayMs: () => 10,
    });
    const ingest = stack.functions.find(({ name }) => name === 'ingest')?.process;
    if (ingest === undefined) throw new Error('There is no function to be killed.');
    killer = new KillSwitch(ingest, join(dataDir, 'healthcare', DICOM_STORE, 'incoming'), SEED);
    feed = await followReports(stack.clients.pubsub, {
      onReport: (report) => {
        const published = report as IngestReport;
        reports.push(published);
        const name = published.object?.name ?? '';
        byName.set(name, [...(byName.get(name) ?? []), published]);
        killer.reportArrived();
        return Promise.resolve();
      },
      onProblem: (text) => process.stderr.write(`${text}\n`),
    });
    for (const planned of [FIRST, SECOND]) {
      const uploaded = upload(planned);
      killer.arm(KILLS / 2);
      await uploaded;
      await until(() => areSettled(planned));
    }
  }, 120_000);

  afterAll(async () => {
    killer.close();
    await feed.close();
    await stack.close();
    rmSync(root, { recursive: true, force: true });
  });

  it('is killed as often as planned, and also in the middle of store requests', () => {
    expect(killer.kills.length).toBe(KILLS);
    expect(killer.kills.filter(({ storeRequests }) => storeRequests > 0).length).toBeGreaterThan(0);
    expect(reports.some(({ attempts }) => attempts > 2)).toBe(true);
  });

  it('comes to the outcome of each object that it would have come to without', () => {
    const outcomes = ALL.map(({ name }) => [name, outcomesOf(byName.get(name) ?? [])]);
    expect(outcomes).toEqual(ALL.map(({ name, outcome }) => [name, [outcome]]));
  });

  it('publishes reports that are one for each object when they are deduplicated by reportId', () => {
    const ids = ALL.map(({ name }) => [...new Set(byName.get(name)?.map(({ reportId }) => reportId))]);
    expect(ids).toEqual(ALL.map(({ name }) => [`ingest:${hashes.get(name) ?? ''}`]));
    expect(new Set(reports.map(({ reportId }) => reportId)).size).toBe(300);
  });

  it('leaves in the store exactly the instances that were expected, byte for byte', async () => {
    const expected = new Map(ALL.filter(isStored).map(({ path = '', bytes }) => [path, bytes]));
    expect(await storedPaths(stack)).toEqual([...expected.keys()].sort());
    for (const [path, bytes] of expected) {
      const answer = await dicomWeb(stack, path, 'application/dicom; transfer-syntax=*');
      expect({ path, isSame: Buffer.from(await answer.arrayBuffer()).equals(bytes) }).toEqual({
        path,
        isSame: true,
      });
    }
  });

  it('leaves in quarantine exactly what was expected, byte for byte', async () => {
    const expected = ALL.filter((planned) => !isStored(planned)).map(({ name, outcome, bytes }) => ({
      name: `${outcome.split(' ')[1] ?? ''}/${hashes.get(name) ?? ''}`,
      bytes: bytes.toString('base64'),
    }));
    const [files] = await stack.clients.storage.bucket('quarantine').getFiles();
    const found = [];
    for (const { name } of files) {
      const url = `${stack.services.storageUrl}/storage/v1/b/quarantine/o/${encodeURIComponent(name)}?alt=media`;
      const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
      found.push({ name, bytes: bytes.toString('base64') });
    }
    expect(found.sort(byNameOf)).toEqual(expected.sort(byNameOf));
  });
});

/** The distinct outcomes with their reasons; where the bytes were stored before, both words for that are one. */
function outcomesOf(reports: readonly IngestReport[]): string[] {
  const words = reports.map(({ outcome, reason }) =>
    [outcome === 'already-stored' ? 'stored' : outcome, reason].filter((word) => word !== null).join(' '),
  );
  return [...new Set(words)];
}

function byNameOf(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

function dicomWeb(stack: Stack, path: string, accept: string): Promise<Response> {
  return fetch(`${stack.services.healthcareUrl}/v1/${DICOM_STORE}/dicomWeb/${path}`, {
    headers: { authorization: 'Bearer local', accept },
  });
}

async function storedPaths(stack: Stack): Promise<string[]> {
  const fields = '&includefield=StudyInstanceUID&includefield=SeriesInstanceUID';
  const answer = await dicomWeb(stack, `instances?limit=1000${fields}`, 'application/dicom+json');
  const instances = (await answer.json()) as Record<string, { Value: string[] } | undefined>[];
  return instances
    .map((attributes) => {
      const [study, series, instance] = ['0020000D', '0020000E', '00080018'].map(
        (tag) => attributes[tag]?.Value[0] ?? '',
      );
      return `studies/${study ?? ''}/series/${series ?? ''}/instances/${instance ?? ''}`;
    })
    .sort();
}
