import { forEach, listBucket, listStore, readDocument } from '../contents.ts';
import type { Invariant } from './invariant.ts';
import { Verdict } from './verdict.ts';

/** The worker's documents agree with each other and with what was asked for. */
export const deletionState: Invariant = async ({ played, world }) => {
  const ledgers = new Verdict('every ledger has ended, and there is one for each deleted target');
  const open = new Verdict('no command is open, and nothing of it is left in a queue');
  const lease = new Verdict('no lease is left, and nothing is under way');
  const tombstones = new Verdict('there is a tombstone for each deleted target, and for no other');
  const targets = played.published.flatMap(({ command }) => command.targets);
  // A deletion that was called off leaves its ledger, and no tombstone; one that another command may have spared, either or both.
  const besides = played.published.flatMap(({ command: { besides: names = [], ends } }) =>
    names.map((name) => ({ name, isCalledOff: ends !== 'complete' })),
  );
  const mayHaveLedger = new Set(besides.map(({ name }) => `deletions/${name}.json`));
  const mayHaveTombstone = new Set(
    besides.filter(({ isCalledOff }) => !isCalledOff).map(({ name }) => `tombstones/${name}`),
  );
  const names = (await listBucket(world, 'state')).map(({ name }) => name);
  const ledgerNames = names.filter((name) => name.startsWith('deletions/'));
  ledgers.expectSame(
    ledgerNames.filter((name) => !mayHaveLedger.has(name)),
    targets.map((target) => `deletions/${target}.json`),
    'ledger',
  );
  await forEach(ledgerNames, async (name) => {
    const { phase } = (await readDocument(world, 'state', name)) as { phase: string };
    ledgers.expect(phase === 'ended', () => `${name}: ${phase}`);
  });
  const left = names.filter((name) => /^deleting\/(?:open|queue|results)\//.test(name));
  open.expectSame(left, [], 'document');
  open.checked += 1;
  for (const name of names.filter((one) => one === 'deleting/lease.json')) {
    const { holder, active } = (await readDocument(world, 'state', name)) as {
      holder: string;
      active: string[];
    };
    lease.expect(holder === '' && active.length === 0, () => `${active.length} targets are under way`);
  }
  const deletedNames: string[] = [];
  await forEach(
    names.filter((name) => name.startsWith('tombstones/')),
    async (name) => {
      const { deletedAt } = (await readDocument(world, 'state', name)) as { deletedAt: string | null };
      if (deletedAt !== null) deletedNames.push(name);
    },
  );
  tombstones.expectSame(
    deletedNames.filter((name) => !mayHaveTombstone.has(name)),
    targets.map((target) => `tombstones/${target}`),
    'tombstone',
  );
  return [ledgers, open, lease, tombstones];
};

/** What is known of exports and of series agrees with what there is. */
export const documents: Invariant = async ({ played, world }) => {
  const parts = new Verdict('an export has its plan, and a part for each of its slices');
  const finals = new Verdict('a final report lies once in state, and the same once in records');
  const markers = new Verdict('a series that was stored has a marker');
  const holds = new Verdict('holds are where they were put');
  const names = new Set((await listBucket(world, 'state')).map(({ name }) => name));
  const records = (await listBucket(world, 'records')).map(({ name }) => name);
  const done = played.published.filter(({ command }) => command.ends !== 'refused');
  const audits: string[] = [];
  await forEach(new Map(done.map((one) => [one.reportId, one])).values(), async ({ id, command }) => {
    const folder = command.topic === 'export' ? 'exports' : 'deletions';
    const final = `reports/${folder}/${id}.json`;
    const audit = records.filter(
      (name) => name.startsWith(`audit/${folder}/`) && name.endsWith(`/${id}.json`),
    );
    audits.push(...audit);
    const isThere = names.has(final) && audit.length === 1;
    finals.expect(isThere, () => `${id}: ${audit.length} in records`);
    if (!isThere) return;
    const inState = await readDocument(world, 'state', final);
    const inRecords = await readDocument(world, 'records', audit[0] ?? '');
    finals.expect(JSON.stringify(inState) === JSON.stringify(inRecords), () => `${id}: another in records`);
    if (command.topic !== 'export') return;
    const { slices } = inState as { slices: number };
    const found = [...names].filter((name) => name.startsWith(`exports/${id}/parts/`)).length;
    parts.expect(
      names.has(`exports/${id}/plan.json`) && found === slices,
      () => `${id}: ${found} of ${slices}`,
    );
  });
  holds.expectSame(
    records.filter((name) => name.startsWith('holds/')),
    played.holds.map((one) => `holds/${one}`),
    'hold',
  );
  finals.expectSame(
    records.filter((name) => name.startsWith('audit/')),
    audits,
    'audit',
  );
  const marked = new Set([...names].map((name) => /^ingested\/([^/]+\/[^/]+)\//.exec(name)?.[1]));
  for (const path of await listStore(world)) {
    const [, study, , series] = path.split('/');
    markers.expect(marked.has(`${study}/${series}`), () => path);
  }
  return [parts, finals, markers, holds];
};
