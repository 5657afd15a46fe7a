import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { LogFields } from '../../../src/ports/logger.ts';
import { DeletionWorld } from '../../support/deletion-world.ts';
import { COMMAND, ExportWorld, makeInstances } from '../../support/export-world.ts';
import { IngestWorld } from '../../support/ingest-world.ts';
import type { LogLine } from '../../support/recording-logger.ts';
import { makeDicom } from '../../support/synthetic-dicom.ts';

const METRICS = readFileSync(
  new URL('../../../terraform/modules/monitoring/metrics.tf', import.meta.url),
  'utf8',
);

/** What metrics take for the end of an object or command: the lines that name a report. */
const ends = (lines: readonly LogLine[]): LogFields[] =>
  lines.map(({ fields }) => fields).filter(({ reportId }) => reportId !== undefined);

async function ingestOne(): Promise<LogLine[]> {
  const world = new IngestWorld();
  await world.deliver(world.drop({ bytes: makeDicom({ seed: 'metrics' }) }));
  return world.logger.lines;
}

async function exportTwice(): Promise<LogLine[]> {
  const world = new ExportWorld();
  makeInstances(6).forEach((one) => world.put(one));
  await world.run(COMMAND);
  await world.run(COMMAND);
  return world.logger.lines;
}

async function deleteOne(): Promise<LogLine[]> {
  const world = new DeletionWorld();
  world.fill(1, 1, 2);
  await world.run({ action: 'delete', id: 'a', targets: [{ study: '1.1' }] });
  return world.logger.lines;
}

async function refuseOne(): Promise<LogLine[]> {
  const world = new ExportWorld();
  await world.begin({ action: 'export', id: 'x' });
  return world.logger.lines;
}

describe('the metrics of the log', () => {
  it.each([
    ['an object', ingestOne, { outcome: 'stored', reason: null, attempts: 1 }],
    ['a repeated export', exportTwice, { kind: 'export', status: 'complete', attempts: 1 }],
    ['a deletion', deleteOne, { kind: 'delete', status: 'complete', attempts: 1 }],
  ])('count %s once, with what became of it and how long it took', async (_name, work, fields) => {
    expect(ends(await work())).toEqual([
      expect.objectContaining({ ...fields, durationMs: expect.any(Number) }),
    ]);
  });

  it('count a command that is refused as one that failed', async () => {
    expect(ends(await refuseOne())).toEqual([expect.objectContaining({ kind: 'export', status: 'failed' })]);
  });

  it('read no field that the worker does not write', async () => {
    const lines = [...(await ingestOne()), ...(await deleteOne())];
    // Of failures, which none of these had; `function` is of every line (test/unit/functions/wiring).
    const ofFailures = ['function', 'error', 'call', 'isConfigurationFault', 'message'];
    const written = new Set([...ofFailures, ...lines.flatMap(({ fields }) => Object.keys(fields))]);
    const inFilters = [...METRICS.matchAll(/jsonPayload\.(\w+)/g)].map(([, field]) => field);
    const inLabels = [...METRICS.matchAll(/^ +labels += \{ (.*) \}$/gm)].flatMap(([, labels = '']) =>
      [...labels.matchAll(/"(\w+)"/g)].map(([, field]) => field),
    );
    const inValues = [...METRICS.matchAll(/^ +field += "(\w+)"$/gm)].map(([, field]) => field);
    const read = [...inFilters, ...inLabels, ...inValues];
    expect(read.length).toBeGreaterThan(15);
    expect(read.filter((field) => field !== undefined && !written.has(field))).toEqual([]);
  });
});
