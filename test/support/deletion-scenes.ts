import type { DeletionReport } from '../../src/domain/deletion/deletion-report.ts';
import { formatTarget, toTarget } from '../../src/domain/dicom/target.ts';
import { cleanup, OLD, RECENT } from './cleanup-setup.ts';
import {
  arriving,
  forbid,
  isLedger,
  isTombstone,
  once,
  reacting,
  slowDown,
  type Arrange,
} from './deletion-happenings.ts';
import { DeletionWorld, type WorldOptions } from './deletion-world.ts';

/** Commands, what they meet, and what has to be left of it, however often their messages and the ticks came. */
export interface DeletionScene {
  readonly name: string;
  readonly options?: WorldOptions;
  /** Delivered one after the other; ticks follow. */
  readonly commands: readonly Readonly<{ id: string; [field: string]: unknown }>[];
  readonly arrange?: Arrange;
  /** What has to be gone: the beginnings of names of instances. */
  readonly gone: readonly string[];
  /** What comes meanwhile, and has to stay. */
  readonly arrived?: readonly string[];
  /** What the reports say, in the order of the commands; of operations where no process dies. */
  readonly reports: readonly Partial<DeletionReport>[];
  /** What ingest has to be told of: the targets whose tombstones say when they were deleted. */
  readonly tombstones: readonly string[];
  /** Whether each kill is followed by every kind of redelivery, and not by one of them in turn. */
  readonly isThorough?: boolean;
}

/** How many studies, series of each and instances of each there are at the beginning. */
export const COUNTS: readonly [number, number, number] = [2, 2, 2];

const erase = (targets: readonly object[], changes: object = {}) =>
  ({ action: 'delete', id: 'erase-7', targets, ...changes }) as const;

const SERIES = { study: '1.1', series: '1.1.1' };
/** What comes too late to be deleted. */
const LATE = { studyInstanceUid: '1.1', seriesInstanceUid: '1.1.1', sopInstanceUid: '1.1.1.9' };
const LATE_NAME = formatTarget(LATE);

const deleted = (count: number, operations: number) =>
  ({ status: 'complete', counts: { deleted: count }, operations }) as const;

/** A series, by one operation. */
const ONE_SERIES = {
  commands: [erase([SERIES])],
  gone: ['1.1/1.1.1'],
  reports: [deleted(2, 1)],
  tombstones: ['1.1/1.1.1'],
} as const;

const HELD = {
  ...ONE_SERIES,
  gone: [],
  reports: [{ status: 'failed', counts: { held: 2 }, operations: 0 }],
  tombstones: [],
} as const;

const CLEANUP = {
  commands: [cleanup()],
  gone: ['1.1', '1.2/1.2.1'],
  reports: [{ ...deleted(6, 2), figures: { studies: 2, past: 3, 'too-young': 1, 'in-store': 4 } }],
  tombstones: ['1.1', '1.2/1.2.1'],
} as const;

export const DELETION_SCENES: readonly DeletionScene[] = [
  {
    ...ONE_SERIES,
    name: 'a study, whose operation outlasts several calls',
    isThorough: true,
    options: {
      archive: { operationLengthMs: 150_000 },
      settings: { deleteDelayMs: 30_000, advanceBudgetMs: 1000 },
    },
    commands: [erase([{ study: '1.1' }])],
    gone: ['1.1'],
    reports: [deleted(4, 1)],
    tombstones: ['1.1'],
  },
  { ...ONE_SERIES, name: 'a series' },
  {
    ...ONE_SERIES,
    name: 'instances of a series',
    commands: [
      erase([
        { ...SERIES, instance: '1.1.1.1' },
        { ...SERIES, instance: '1.1.1.2' },
      ]),
    ],
    reports: [deleted(2, 0)],
    tombstones: ['1.1/1.1.1/1.1.1.1', '1.1/1.1.1/1.1.1.2'],
  },
  {
    name: 'targets of every kind, of which one is held and one not there',
    commands: [
      erase([
        SERIES,
        { study: '1.2' },
        { study: '1.1', series: '1.1.2', instance: '1.1.2.1' },
        { study: '1.3', series: '1.3.1' },
        { study: '1.9' },
      ]),
    ],
    arrange(world) {
      for (const sopInstanceUid of ['1.3.1.1', '1.3.1.2'])
        world.archive.put({ studyInstanceUid: '1.3', seriesInstanceUid: '1.3.1', sopInstanceUid });
      world.hold('1.3/1.3.1');
      return undefined;
    },
    gone: ['1.1/1.1.1', '1.2', '1.1/1.1.2/1.1.2.1'],
    arrived: ['1.3/1.3.1/1.3.1.1', '1.3/1.3.1/1.3.1.2'],
    reports: [{ status: 'partial', counts: { deleted: 7, held: 1, absent: 1 }, operations: 2 }],
    tombstones: ['1.1/1.1.1', '1.2', '1.1/1.1.2/1.1.2.1'],
  },
  {
    ...ONE_SERIES,
    name: 'a series that two commands ask for',
    isThorough: true,
    options: { archive: { operationLengthMs: 150_000 }, settings: { advanceBudgetMs: 1000 } },
    commands: [erase([SERIES]), erase([SERIES], { id: 'erase-8' })],
    reports: [deleted(2, 1), deleted(2, 1)],
  },
  {
    ...ONE_SERIES,
    name: 'two series, one after the other',
    options: { settings: { maxOperations: 1 } },
    commands: [erase([SERIES, { study: '1.2', series: '1.2.1' }])],
    gone: ['1.1/1.1.1', '1.2/1.2.1'],
    reports: [deleted(4, 2)],
    tombstones: ['1.1/1.1.1', '1.2/1.2.1'],
  },
  { ...ONE_SERIES, name: 'a series, and the answer is lost', arrange: reacting('lost') },
  {
    ...ONE_SERIES,
    name: 'a series, and the answer is 503',
    arrange: reacting('unavailable'),
    reports: [deleted(2, 2)],
  },
  {
    ...ONE_SERIES,
    name: 'a series, of which the operation leaves something',
    options: { archive: { outcome: 'partial' } },
  },
  {
    ...ONE_SERIES,
    name: 'a series, whose operations fail',
    options: { archive: { outcome: 'error', errorCode: 7 } },
    // What is left is the first of its instances.
    gone: ['1.1/1.1.1/1.1.1.2'],
    reports: [{ status: 'partial', counts: { deleted: 1, failed: 1 }, operations: 1 }],
  },
  {
    ...ONE_SERIES,
    name: 'a series, whose operation fails once',
    options: { archive: { outcome: 'error', errorCode: 13 } },
    arrange: once(isLedger(toTarget(SERIES), 'running'), ({ archive }) => {
      archive.settings.outcome = 'success';
    }),
    reports: [deleted(2, 2)],
  },
  {
    ...ONE_SERIES,
    name: 'a series, of which more comes before it is asked for',
    arrange: once(isLedger(toTarget(SERIES), 'planned'), arriving(LATE)),
    arrived: [LATE_NAME],
    reports: [{ status: 'complete', counts: { deleted: 2, 'arrived-later': 1 }, operations: 0 }],
  },
  {
    ...ONE_SERIES,
    name: 'a series, of which more comes while it is deleted',
    arrange: once(isLedger(toTarget(SERIES), 'running'), arriving(LATE)),
    arrived: [LATE_NAME],
    reports: [{ status: 'complete', counts: { deleted: 2, 'arrived-later': 1 }, operations: 1 }],
  },
  {
    ...HELD,
    name: 'a series that is held as soon as its deletion is known',
    arrange: once(isLedger(toTarget(SERIES), 'planned'), (world) => world.hold('1.1')),
  },
  {
    ...HELD,
    name: 'a series that is held as soon as its tombstone is there',
    arrange: once(isTombstone(toTarget(SERIES)), (world) => world.hold('1.1')),
  },
  {
    ...HELD,
    name: 'a series, and nobody may look for holds',
    arrange: ({ records }) => forbid(records, 'list'),
    reports: [{ status: 'failed', counts: { held: 1 }, operations: 0 }],
  },
  {
    ...ONE_SERIES,
    name: 'a series, which may not be deleted until somebody mends that',
    arrange: ({ archive }) => forbid(archive, 'delete'),
  },
  {
    ...ONE_SERIES,
    name: 'a series, and the audit may not be written until somebody mends that',
    arrange: ({ records }) => forbid(records, 'create'),
  },
  {
    ...HELD,
    name: 'a series that has another number of instances than was expected',
    commands: [erase([SERIES], { expect: { instances: 3 } })],
    reports: [
      {
        status: 'failed',
        counts: { failed: 1 },
        problems: ['The targets hold 2 instances, and the command expects 3.'],
      },
    ],
  },
  {
    ...HELD,
    name: 'nothing, because it is a dry run',
    commands: [erase([SERIES], { dryRun: true })],
    reports: [{ status: 'complete', counts: { planned: 2 } }],
  },
  { ...CLEANUP, name: 'what is past its retention', arrange: markAll },
  {
    ...CLEANUP,
    name: 'what is past its retention, which it takes several calls to find',
    options: { settings: { advanceBudgetMs: 1000 } },
    arrange(world) {
      markAll(world);
      slowDown(world, 600);
      return undefined;
    },
  },
  {
    ...CLEANUP,
    name: 'nothing of what is past its retention, because that is too much',
    commands: [cleanup({ maxSeries: 2 })],
    arrange: markAll,
    gone: [],
    reports: [
      {
        status: 'failed',
        problems: ['Nothing was deleted: more than 2 series are past their retention (maxSeries).'],
        operations: 0,
      },
    ],
    tombstones: [],
  },
  {
    ...CLEANUP,
    name: 'what is past its retention, of which more comes meanwhile',
    arrange(world) {
      markAll(world);
      once(isLedger(toTarget({ study: '1.1' }), 'planned'), arriving(LATE))(world);
      return undefined;
    },
    gone: ['1.2/1.2.1'],
    arrived: [LATE_NAME],
    reports: [{ status: 'partial', counts: { deleted: 2, changed: 4, 'arrived-later': 1 }, operations: 1 }],
    tombstones: ['1.2/1.2.1'],
  },
];

export function makeDeletionWorld({ options = {} }: DeletionScene): DeletionWorld {
  const settings = { deleteDelayMs: 2000, searchLagMs: 4000, leaseMs: 180_000, ...options.settings };
  const world = new DeletionWorld({ ...options, settings });
  world.fill(...COUNTS);
  return world;
}

/** All of a study is old, and of the other one a series. */
function markAll(world: DeletionWorld): undefined {
  for (const [study, series] of [
    ['1.1', '1.1.1'],
    ['1.1', '1.1.2'],
    ['1.2', '1.2.1'],
  ] as const)
    world.mark(study, series, OLD);
  world.mark('1.2', '1.2.2', RECENT);
}
