import { expect } from '@jest/globals';
import { LEASE_NAME } from '../../src/domain/deletion/deletion-names.ts';
import { containsTarget, formatTarget, parseTarget, toTarget } from '../../src/domain/dicom/target.ts';
import { COUNTS, type DeletionScene } from './deletion-scenes.ts';
import { everyInstanceBut, type DeletionWorld } from './deletion-world.ts';

/** Every document that deletions may leave in state when they are over. */
const DOCUMENTS = [
  '(commands|reports)/deletions/[^/]+\\.json',
  'deleting/plans/[^/]+/(\\d{6}\\.jsonl?|end\\.json|queued\\.json)',
  'deleting/lease\\.json',
  'deletions/.+\\.json',
  'tombstones/.+',
  'ingested/.+',
];
const DOCUMENT = new RegExp(`^(${DOCUMENTS.join('|')})$`);

/** What has to be true once nothing is open any more, and whoever comes next finds nothing in the way. */
export async function expectSettled(scene: DeletionScene, world: DeletionWorld): Promise<void> {
  expect(world.archive.uids()).toEqual(hasToBeLeft(scene));
  expect(world.archive.operationsRunning).toBe(0);
  for (const number of scene.commands.keys()) expectReport(scene, world, number);
  expectOperations(scene, world);
  const audits = [...world.records.documents.keys()].filter((name) => name.startsWith('audit/'));
  expect(audits.sort()).toEqual(scene.commands.map(({ id }) => auditOf(id)));
  const ledgers = contentsOf(world, 'deletions/');
  expect(ledgers.filter(({ content }) => content['phase'] !== 'ended' || content['result'] === null)).toEqual(
    [],
  );
  const tombstones = contentsOf(world, 'tombstones/').filter(({ content }) => content['deletedAt'] !== null);
  expect(tombstones.map(({ name }) => name).sort()).toEqual([...scene.tombstones].sort());
  await expectFree(world);
  expect([...world.state.documents.keys()].filter((name) => !DOCUMENT.test(name))).toEqual([]);
}

/** What is true at every moment, also when nobody comes any more. */
export function expectSafe(scene: DeletionScene, world: DeletionWorld): void {
  const present = world.archive.uids();
  const { arrived = [] } = scene;
  const isLost = (name: string): boolean => !present.includes(name) && !arrived.includes(name);
  expect(hasToBeLeft(scene).filter(isLost)).toEqual([]);
  for (const [number, { id }] of scene.commands.entries()) {
    if (!world.commandReports.some((report) => report.id === id && report.final)) continue;
    expectReport(scene, world, number);
    const { targets } = world.finalReport(id);
    const gone = targets.filter(({ outcome }) => outcome === 'deleted').map(toTarget);
    const isSaidToBeGone = (name: string): boolean => {
      const instance = parseTarget(name);
      return gone.some((target) => instance !== undefined && containsTarget(target, instance));
    };
    expect(present.filter((name) => isSaidToBeGone(name) && !arrived.includes(name))).toEqual([]);
  }
}

/** Notes what is asked of the store before ingest can have noticed a tombstone of it. */
export function noteUnannounced({ archive, clock, state, settings }: DeletionWorld): readonly string[] {
  const unannounced: string[] = [];
  const ask = archive.delete.bind(archive);
  archive.delete = (target, signal) => {
    const name = formatTarget(target);
    const names = name.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'));
    const isNoticed = names.some((one) => {
      const known = state.documents.get(`tombstones/${one}`) as { deletedAt: string | null } | undefined;
      return known?.deletedAt != null && Date.parse(known.deletedAt) + settings.deleteDelayMs <= clock.now();
    });
    if (!isNoticed) unannounced.push(name);
    return ask(target, signal);
  };
  return unannounced;
}

function hasToBeLeft({ gone, arrived = [] }: DeletionScene): string[] {
  return [...everyInstanceBut(COUNTS, gone), ...arrived].sort();
}

/** The report is final, once, however often it was published; and so it is in records, and in state. */
function expectReport({ commands, reports }: DeletionScene, world: DeletionWorld, number: number): void {
  const { id, action } = commands[number] ?? { id: '' };
  const report = world.finalReport(id);
  const reportIds = world.commandReports.filter((one) => one.id === id).map(({ reportId }) => reportId);
  expect([...new Set(reportIds)]).toEqual([`${String(action)}:${id}`]);
  const { operations = 0, ...said } = reports[number] ?? {};
  expect(report).toMatchObject(said);
  // Whether a request left the process that died over it, nobody can know: then it counts.
  expect(report.operations).toBeGreaterThanOrEqual(operations);
  expect(report.operations).toBeLessThanOrEqual(operations + report.targetCount);
  expect(world.state.documents.get(`reports/deletions/${id}.json`)).toEqual(report);
  expect(world.records.documents.get(auditOf(id))).toEqual(report);
}

/** No more operations than are reported, nor than are allowed at once, and no two at once of one target. */
function expectOperations({ commands }: DeletionScene, world: DeletionWorld): void {
  const { archive, settings } = world;
  const reports = commands.map(({ id }) => world.finalReport(id));
  expect(archive.operationsStarted).toBeLessThanOrEqual(
    Math.max(...reports.map(({ operations }) => operations)),
  );
  const targets = new Set(reports.flatMap((report) => report.targets.map(toTarget).map(formatTarget)));
  expect(archive.mostAtOnce).toBeLessThanOrEqual(Math.min(settings.maxOperations, targets.size));
}

/** Who comes next has the lease, as soon as whoever died with it cannot live any more, and nothing is listed as under way. */
async function expectFree(world: DeletionWorld): Promise<void> {
  world.clock.advance(world.settings.leaseMs);
  const next = await world.run({ action: 'delete', id: 'next', targets: [{ study: '1.99' }] });
  expect(next).toMatchObject({ status: 'complete', counts: { absent: 1 } });
  expect(world.state.documents.get(LEASE_NAME)).toMatchObject({ holder: '', until: 0, active: [] });
}

function contentsOf(
  { state }: DeletionWorld,
  prefix: string,
): { readonly name: string; readonly content: Readonly<Record<string, unknown>> }[] {
  return [...state.documents]
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, content]) => ({
      name: name.slice(prefix.length),
      content: content as Record<string, unknown>,
    }));
}

function auditOf(id: string): string {
  return `audit/deletions/2026-01-02/${id}.json`;
}
