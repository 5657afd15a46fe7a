import { expect } from '@jest/globals';
import { crc32c } from '../../src/adapters/node-crc32c.ts';
import type { ExportScene } from './export-scenes.ts';
import { manifestOf, type ExportWorld } from './export-world.ts';

const MANIFEST = 't/_courier/trial/manifest.jsonl';

/** Every document that an export may leave in state. */
const DOCUMENTS = [
  'commands/exports/trial\\.json',
  'reports/exports/trial\\.json',
  'exports/trial/plan\\.json',
  'exports/trial/published\\.json',
  'exports/trial/plan/p[0-9a-f]+/\\d{6}\\.jsonl',
  'exports/trial/parts/\\d{6}\\.jsonl',
  'exports/trial/slices/\\d{6}/\\d{15}-[0-9a-f]+-(start|found|done|over|excused)\\.jsonl?',
];
const DOCUMENT = new RegExp(`^(${DOCUMENTS.join('|')})$`);

/** What has to be true once every message has been acknowledged. */
export function expectSettled(scene: ExportScene, world: ExportWorld): void {
  expect(world.buckets.names('exports')).toEqual([...scene.after.keys(), MANIFEST].sort());
  expect(world.buckets.objects.size).toBe(scene.after.size + 1);
  expect(wrongObjects(world, [scene.after])).toEqual([]);
  expect(manifestSays(world)).toEqual(manifestHasToSay(scene, world));
  expectReport(scene, world);
  expect([...world.state.documents.keys()].filter((name) => !DOCUMENT.test(name))).toEqual([]);
  expect(documentsOf(world, 'exports/trial/parts/')).toHaveLength(scene.slices);
  expect(documentsOf(world, 'exports/trial/published.json')).toHaveLength(1);
  expect(documentsOf(world, 'commands/')).toEqual(['commands/exports/trial.json']);
}

/** What is true at every moment, also when nobody comes any more. */
export function expectSafe(scene: ExportScene, world: ExportWorld): void {
  expect(wrongObjects(world, [scene.after, scene.before])).toEqual([]);
  const isManifest = world.buckets.objects.has(`exports/${MANIFEST}`);
  if (isManifest) expect(manifestSays(world)).toEqual(manifestHasToSay(scene, world));
  // What is said to be there is there: a plan with its slices, an export with its manifest and its audit.
  const isPlanned = documentsOf(world, 'exports/trial/plan.json').length > 0;
  if (isPlanned)
    expect(documentsOf(world, 'exports/trial/plan/').length).toBeGreaterThanOrEqual(scene.slices);
  if (world.slices.messages.length > 0) expect(isPlanned).toBe(true);
  if (world.reports.some(({ final }) => final)) {
    expect(isManifest).toBe(true);
    expectReport(scene, world);
  }
}

/** The report is final, once, however often it was published; and so it is in records, and in state. */
function expectReport(scene: ExportScene, world: ExportWorld): void {
  const finals = world.reports.filter(({ final }) => final).map((report) => JSON.stringify(report));
  expect(new Set(finals).size).toBe(1);
  expect([...new Set(world.reports.map(({ reportId }) => reportId))]).toEqual(['export:trial']);
  const [report] = world.reports.filter(({ final }) => final);
  expect(report).toMatchObject({
    status: scene.targets.every((outcome) => outcome === 'exported') ? 'complete' : 'partial',
    manifest: `gs://exports/${MANIFEST}`,
    planned: scene.after.size,
    slices: scene.slices,
    slicesDone: scene.slices,
  });
  expect(report?.targets.map(({ outcome }) => outcome)).toEqual(scene.targets);
  expect(report?.problems).toHaveLength(scene.conflicts.length);
  const { exported = 0, 'already-exported': before = 0, ...others } = report?.counts ?? {};
  const conflict = scene.conflicts.length;
  expect({ done: exported + before, ...others }).toEqual({
    done: scene.after.size - conflict,
    ...(conflict > 0 ? { conflict } : {}),
  });
  expect(world.state.documents.get('reports/exports/trial.json')).toEqual(report);
  expect([...world.records.documents]).toEqual([['audit/exports/2026-01-02/trial.json', report]]);
}

function documentsOf(world: ExportWorld, prefix: string): string[] {
  return [...world.state.documents.keys()].filter((name) => name.startsWith(prefix));
}

/** The objects, but for the manifest, that are none of these. */
function wrongObjects({ buckets }: ExportWorld, allowed: readonly ReadonlyMap<string, Buffer>[]): string[] {
  return buckets.names('exports').filter((name) => {
    const bytes = buckets.objects.get(`exports/${name}`)?.bytes ?? Buffer.alloc(0);
    return name !== MANIFEST && !allowed.some((objects) => objects.get(name)?.equals(bytes) === true);
  });
}

/** What the manifest says of each object, in the order of their names. */
function manifestSays(world: ExportWorld): unknown[] {
  const lines = manifestOf(world).map(({ object, outcome, generation, sizeBytes, crc32c: checksum }) => ({
    object: String(object),
    outcome: outcome === 'already-exported' ? 'exported' : outcome,
    generation,
    sizeBytes,
    crc32c: checksum,
  }));
  return lines.sort((a, b) => (a.object < b.object ? -1 : 1));
}

/** The same, by what is in the bucket. */
function manifestHasToSay({ after, conflicts }: ExportScene, { buckets }: ExportWorld): unknown[] {
  return [...after.keys()].sort().map((name) => {
    const object = buckets.objects.get(`exports/${name}`);
    const bytes = object?.bytes ?? Buffer.alloc(0);
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32c(bytes, 0));
    return {
      object: `gs://exports/${name}`,
      outcome: conflicts.includes(name) ? 'conflict' : 'exported',
      generation: String(object?.generation),
      sizeBytes: bytes.length,
      crc32c: checksum.toString('base64'),
    };
  });
}
