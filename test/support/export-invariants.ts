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
  const manifest = scene.isRefused === true ? [] : [MANIFEST];
  expect(world.buckets.names('exports')).toEqual([...scene.after.keys(), ...manifest].sort());
  expect(world.buckets.objects.size).toBe(scene.after.size + manifest.length);
  expect(wrongObjects(world, [scene.after])).toEqual([]);
  expectManifest(scene, world);
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
  if (isManifest) expectManifest(scene, world);
  // What is said to be there is there: a plan with its slices, an export with its manifest and its audit.
  const isPlanned = documentsOf(world, 'exports/trial/plan.json').length > 0;
  if (isPlanned)
    expect(documentsOf(world, 'exports/trial/plan/').length).toBeGreaterThanOrEqual(scene.slices);
  if (world.slices.messages.length > 0) expect(isPlanned).toBe(true);
  if (world.reports.some(({ final }) => final)) {
    expect(isManifest).toBe(scene.isRefused !== true);
    expectReport(scene, world);
  }
}

/** The report is final, once, however often it was published; and so it is in records, and in state. */
function expectReport(scene: ExportScene, world: ExportWorld): void {
  const finals = world.reports.filter(({ final }) => final).map((report) => JSON.stringify(report));
  expect(new Set(finals).size).toBe(1);
  expect([...new Set(world.reports.map(({ reportId }) => reportId))]).toEqual(['export:trial']);
  const [report] = world.reports.filter(({ final }) => final);
  const { isRefused = false, others = {}, conflicts, problems = conflicts.length } = scene;
  expect(report).toMatchObject({
    status: statusOf(scene),
    manifest: isRefused ? null : `gs://exports/${MANIFEST}`,
    planned: Object.values(others).reduce((sum, count) => sum + count, scene.after.size),
    slices: scene.slices,
    slicesDone: scene.slices,
  });
  expect(report?.targets.map(({ outcome }) => outcome)).toEqual(scene.targets);
  expect(report?.problems).toHaveLength(problems);
  const { exported = 0, 'already-exported': before = 0, ...rest } = report?.counts ?? {};
  const conflict = conflicts.length;
  expect({ done: exported + before, ...rest }).toEqual({
    done: scene.after.size - conflict,
    ...(conflict > 0 ? { conflict } : {}),
    ...others,
  });
  expect(world.state.documents.get('reports/exports/trial.json')).toEqual(report);
  expect([...world.records.documents]).toEqual([['audit/exports/2026-01-02/trial.json', report]]);
}

function statusOf({ targets, after }: ExportScene): string {
  if (after.size === 0) return 'failed';
  return targets.every((outcome) => outcome === 'exported') ? 'complete' : 'partial';
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

/** The manifest says of each object what it is, and of all that has none what became of it. */
function expectManifest(scene: ExportScene, world: ExportWorld): void {
  const lines = manifestOf(world);
  expect(manifestSays(lines.filter(({ generation }) => generation !== null))).toEqual(
    manifestHasToSay(scene, world),
  );
  const others: Record<string, number> = {};
  for (const { outcome } of lines.filter(({ generation }) => generation === null))
    others[String(outcome)] = (others[String(outcome)] ?? 0) + 1;
  expect(others).toEqual(scene.others ?? {});
}

/** What the manifest says of each object, in the order of their names. */
function manifestSays(lines: readonly Record<string, unknown>[]): unknown[] {
  return lines
    .map(({ object, outcome, generation, sizeBytes, crc32c: checksum }) => ({
      object: String(object),
      outcome: outcome === 'already-exported' ? 'exported' : outcome,
      generation,
      sizeBytes,
      crc32c: checksum,
    }))
    .sort((a, b) => (a.object < b.object ? -1 : 1));
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
