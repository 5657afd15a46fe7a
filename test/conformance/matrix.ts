import { readFileSync } from 'node:fs';
import * as v from 'valibot';

/**
 * The retry matrix: faults × calls × expectation, as data (`retry-matrix.json`).
 *
 * A rule says what is expected where its faults meet its calls; of several rules for one row the last one counts, so
 * exceptions follow what they are exceptions from. Combinations that make no sense are listed with the reason. Dates in the
 * data are three seconds after the moment at which every fake clock starts.
 */
export type Matrix = v.InferOutput<typeof matrixSchema>;
export type CallSpec = v.InferOutput<typeof callSchema>;
export type FaultSpec = v.InferOutput<typeof faultSchema>;
export type SceneSpec = v.InferOutput<typeof sceneSchema>;
export type Expectation = v.InferOutput<typeof expectationSchema>;

/** Once; twice in a row; or as often as the worker tries. */
export type Repetition = (typeof REPETITIONS)[number];

const REPETITIONS = ['once', 'twice', 'always'] as const;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const counts = v.record(v.string(), count);
const texts = v.record(v.string(), v.string());

const reportSchema = v.strictObject({ outcome: v.string(), reason: v.nullable(v.string()) });

const sceneSchema = v.strictObject({
  says: v.string(),
  /**
   * What comes: an object; or a command to delete a series, or the tick after one whose request was not answered; or a
   * command to export a study, or a slice of one.
   */
  object: v.picklist([
    'instance',
    'not-dicom',
    'delete command',
    'tick after a lost request',
    'export command',
    'first slice',
    'large slice',
    'last slice',
  ]),
  /** What the store holds under the object's UIDs before it comes. */
  given: v.optional(v.picklist(['identical', 'different'])),
  environment: v.optional(texts, {}),
  /** Published when nothing goes wrong. */
  report: reportSchema,
  /** How often each call is made when nothing goes wrong. */
  requests: counts,
});

const callSchema = v.strictObject({
  says: v.string(),
  /** The call with whose request this one is made: then it is counted there. */
  isPartOf: v.optional(v.string()),
  /** Whether it is the second of two requests that method and path do not tell apart. */
  isSecond: v.optional(v.boolean(), false),
  service: v.picklist(['storage', 'healthcare', 'pubsub', 'metadata']),
  method: v.string(),
  /** A regular expression for path and query; `{study}` is the object's. */
  path: v.string(),
  scene: v.string(),
  /** Where a fault in the middle of a body sets in; null where there is no body. */
  requestBytes: v.nullable(count),
  responseBytes: v.nullable(count),
  /** The most requests of other calls that each further attempt comes with. */
  again: v.optional(counts, {}),
  /** Whether the report is published before, so that it stands though the delivery is given back. */
  isAfterReport: v.optional(v.boolean(), false),
});

const faultSchema = v.strictObject({
  /** Of the stand-ins' scripts; `{body}` as afterBytes stands for the call's own number of bytes. */
  fault: v.looseObject({ kind: v.string() }),
  after: v.optional(v.boolean(), false),
  repetitions: v.array(v.picklist(REPETITIONS)),
  /** What the store holds before, where the fault is only true of such a store. */
  given: v.optional(v.picklist(['identical', 'different'])),
  environment: v.optional(texts, {}),
});

const expectationSchema = v.strictObject({
  /** What the platform is told. */
  status: v.picklist([204, 429, 500, 503]),
  /** What is published: `as without fault`, nothing, or this. */
  report: v.union([v.literal('as without fault'), v.null(), reportSchema]),
  /** Whether the log says that somebody has to mend something. */
  isConfigurationFault: v.optional(v.boolean(), false),
  attempts: count,
  /** The delays between the attempts, in milliseconds. */
  delaysMs: v.array(count),
  /** Whether the pace of a lane may ask for further waits; its own are pinned by the lane's unit tests. */
  isPaced: v.optional(v.boolean(), false),
  /** How many reports come where a lost answer makes the worker publish again. @default 1 */
  reports: v.optional(count),
  /** The most further requests of other calls. */
  extra: v.optional(counts, {}),
  /** Other waits, in milliseconds, where work that was given up, or has to wait, is taken up again in the same delivery. */
  pausesMs: v.optional(v.array(count), []),
  /** Deletions that were, or may have been, begun in the store, once all is over. @default 1 */
  operations: v.optional(count),
  /** Copies in quarantine. @default 1 where the object was rejected or conflicts */
  quarantined: v.optional(count),
});

const names = v.array(v.string());
const scopeEntries = {
  calls: names,
  faults: names,
  repetitions: v.optional(v.array(v.picklist(REPETITIONS))),
};

const matrixSchema = v.strictObject({
  scenes: v.record(v.string(), sceneSchema),
  calls: v.record(v.string(), callSchema),
  faults: v.record(v.string(), faultSchema),
  /** Names for several calls, or several faults. */
  groups: v.record(v.string(), names),
  senseless: v.array(v.strictObject({ ...scopeEntries, because: v.string() })),
  rules: v.array(
    v.strictObject({ ...scopeEntries, because: v.optional(v.string()), expect: expectationSchema }),
  ),
});

type Scope = Readonly<Pick<Matrix['rules'][number], 'calls' | 'faults' | 'repetitions'>>;

/** One fault at one call, and what is expected of it. */
export interface Row {
  readonly title: string;
  readonly call: CallSpec & { readonly name: string };
  readonly fault: FaultSpec & { readonly name: string };
  readonly repetition: Repetition;
  readonly expect: Expectation;
}

export interface Expanded {
  readonly rows: readonly Row[];
  /** Combinations left out, each for a reason in the data. */
  readonly senselessCount: number;
}

/** The matrix of one kind of work; the faults are the same for all, and so are the names for several of them. */
export function readMatrix(
  name: 'retry-matrix' | 'deletion-matrix' | 'export-matrix' = 'retry-matrix',
): Matrix {
  const matrix = readJson(name);
  if (name === 'retry-matrix') return v.parse(matrixSchema, matrix);
  const { faults, groups } = readMatrix();
  const shared = Object.entries(groups).filter(([, members]) =>
    members.every((member) => faults[member] !== undefined || groups[member] !== undefined),
  );
  const own = v.parse(v.looseObject({ groups: v.record(v.string(), names) }), matrix);
  return v.parse(matrixSchema, { ...own, faults, groups: { ...Object.fromEntries(shared), ...own.groups } });
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`./${name}.json`, import.meta.url), 'utf8'));
}

/**
 * Every combination of a fault, a repetition and a call, once.
 *
 * @throws Error when a combination has no rule, when a rule or a reason decides nothing, or a name is unknown: then the
 *   data do not say what they seem to say.
 */
export function expandMatrix(matrix: Matrix): Expanded {
  checkNames(matrix);
  const used = new Set<object>();
  const rows: Row[] = [];
  let senselessCount = 0;
  for (const [callName, call] of Object.entries(matrix.calls)) {
    for (const [faultName, fault] of Object.entries(matrix.faults)) {
      for (const repetition of fault.repetitions) {
        const covers = (scope: Scope): boolean =>
          includes(matrix, scope.calls, callName) &&
          includes(matrix, scope.faults, faultName) &&
          (scope.repetitions?.includes(repetition) ?? true);
        const title = `${callName} × ${faultName}, ${repetition}`;
        const senseless = matrix.senseless.find(covers);
        if (senseless !== undefined) {
          used.add(senseless);
          senselessCount += 1;
          continue;
        }
        const rule = matrix.rules.findLast(covers);
        if (rule === undefined) throw new Error(`The matrix says nothing of ${title}.`);
        used.add(rule);
        rows.push({
          title,
          call: { ...call, name: callName },
          fault: { ...fault, name: faultName },
          repetition,
          expect: rule.expect,
        });
      }
    }
  }
  const idle = [...matrix.senseless, ...matrix.rules].find((entry) => !used.has(entry));
  if (idle !== undefined) throw new Error(`This decides nothing: ${JSON.stringify(idle)}.`);
  return { rows, senselessCount };
}

/** Whether a name is listed, by itself or as a member of a listed group; groups may contain groups. */
function includes(matrix: Matrix, listed: readonly string[], name: string): boolean {
  return listed.some((entry) => entry === name || includes(matrix, matrix.groups[entry] ?? [], name));
}

function checkNames({ calls, faults, groups, scenes, senseless, rules }: Matrix): void {
  const known = new Set([...Object.keys(calls), ...Object.keys(faults), ...Object.keys(groups)]);
  const listed = [
    ...Object.values(groups).flat(),
    ...[...senseless, ...rules].flatMap((scope) => [...scope.calls, ...scope.faults]),
    ...Object.values(calls).flatMap(({ again, isPartOf = [] }) => Object.keys(again).concat(isPartOf)),
    ...rules.flatMap((rule) => Object.keys(rule.expect.extra)),
    ...Object.values(scenes).flatMap(({ requests }) => Object.keys(requests)),
  ];
  const unknown = listed.filter((name) => !known.has(name));
  const lostScenes = Object.values(calls).filter(({ scene }) => scenes[scene] === undefined);
  if (unknown.length > 0 || lostScenes.length > 0)
    throw new Error(
      `The matrix names what it does not know: ${unknown.join(', ')} ${lostScenes.map(({ scene }) => scene).join(', ')}`,
    );
}
