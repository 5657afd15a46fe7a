import type { DeletionReport } from '../../src/domain/deletion/deletion-report.ts';
import { DeletionWorld } from './deletion-world.ts';
import type { End } from './deletion-ends.ts';
import type { FaultCase, Place } from './deletion-faults.ts';

const HOUR_MS = 60 * 60_000;
const MINUTE_MS = 60_000;
const MOST_TICKS = 200;

/** What was seen of one run. */
export interface CaseOutcome {
  readonly report: DeletionReport;
  /** What is in the store afterwards. */
  readonly uids: readonly string[];
  readonly operationsStarted: number;
  readonly audits: number;
  /** How often somebody was told that the operation takes too long. */
  readonly stuckReports: number;
  /** What the platform was answered. */
  readonly statuses: readonly number[];
  readonly errorsLogged: number;
  /** Faults that did not happen. */
  readonly faultsLeft: number;
}

type Call = (...args: unknown[]) => Promise<unknown>;

/** Stands between a port and those who call it. */
class Hook {
  calls = 0;
  faultsLeft: number;

  constructor(world: DeletionWorld, place: Place, fault?: FaultCase) {
    const port = world[place.port];
    const original = (Reflect.get(port, place.method) as Call).bind(port);
    this.faultsLeft = fault?.times ?? 0;
    const hooked: Call = (...args) => {
      const [name] = args;
      if (place.prefix !== undefined && !String(name).startsWith(place.prefix)) return original(...args);
      this.calls += 1;
      if (fault === undefined || this.faultsLeft === 0 || this.calls <= fault.after) return original(...args);
      this.faultsLeft -= 1;
      return fault.kind.happen(() => original(...args), name, world);
    };
    Reflect.set(port, place.method, hooked);
  }
}

/** Has a series of three instances deleted among others, as the end and the fault have it. */
export async function runCase(end: End, fault?: FaultCase): Promise<CaseOutcome> {
  const world = makeWorld(end);
  const hook = fault === undefined ? undefined : new Hook(world, fault.place, fault);
  const statuses = await runToEnd(world, end);
  const problems = world.commandReports.flatMap(({ problems }) => problems);
  const errors = world.logger.lines.filter(
    ({ severity, message }) => severity === 'error' && message !== 'operation stuck',
  );
  return {
    report: world.finalReport('erase-7'),
    uids: world.archive.uids(),
    operationsStarted: world.archive.operationsStarted,
    audits: [...world.records.documents.keys()].filter((name) => name.startsWith('audit/')).length,
    stuckReports: new Set(problems.filter((problem) => problem.startsWith('stuck:'))).size,
    statuses,
    errorsLogged: errors.length,
    faultsLeft: hook?.faultsLeft ?? 0,
  };
}

/** How often a place is reached when nothing goes wrong. */
export async function countCalls(end: End, place: Place): Promise<number> {
  const world = makeWorld(end);
  const hook = new Hook(world, place);
  await runToEnd(world, end);
  return hook.calls;
}

function makeWorld({ archive = {}, reactions = [], afterwards }: End): DeletionWorld {
  const world = new DeletionWorld({ archive, settings: { deleteDelayMs: 2000, searchLagMs: 4000 } });
  world.fill(2, 2, 3);
  world.archive.reactions.push(...reactions);
  world.clock.onSleep = () => {
    if (world.archive.operationsStarted > 0) Object.assign(world.archive.settings, afterwards);
  };
  return world;
}

/** Delivers the command until it is acknowledged, and ticks until it is over. @returns all statuses. */
async function runToEnd(world: DeletionWorld, end: End): Promise<number[]> {
  const series = end.isAbsent === true ? '1.1.9' : '1.1.1';
  const command = { action: 'delete', id: 'erase-7', targets: [{ study: '1.1', series }] };
  const statuses: number[] = [];
  do statuses.push(await world.deliver(command, { messageId: 'm' }));
  while (statuses.at(-1) !== 204 && statuses.length < MOST_TICKS);
  while (world.isOpen && statuses.length < MOST_TICKS) {
    world.clock.advance(end.isStuck === true ? HOUR_MS : MINUTE_MS);
    statuses.push(await world.tick());
    const isStuck = world.commandReports.some(({ problems }) => problems[0]?.startsWith('stuck:') === true);
    if (isStuck) world.archive.settings.operationRecords = 'lost';
  }
  return statuses;
}
