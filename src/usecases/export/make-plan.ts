import { formatInstancePath, type InstanceUids } from '../../domain/dicom/instance-uids.ts';
import { formatTarget, type Target } from '../../domain/dicom/target.ts';
import { manifestName } from '../../domain/export/destination.ts';
import type { ExportCommand, Selection } from '../../domain/export/export-command.ts';
import type { ExportPlan } from '../../domain/export/export-plan.ts';
import { FingerprintTable } from '../../domain/export/fingerprint-table.ts';
import { itemKey } from '../../domain/export/item-result.ts';
import { layoutTags, renderName } from '../../domain/export/layout.ts';
import type { FoundAttributes } from '../../ports/dicom-search.ts';
import type { Invocation } from '../invocation.ts';
import type { ExportDependencies } from './export-dependencies.ts';
import { listSelection } from './list-selection.ts';
import { PlanSlices } from './plan-slices.ts';

const NUMBER_OF_FRAMES = '00280008';

/** The first targets of a query are reported one by one; it may find any number. */
const MOST_TARGETS_REPORTED = 1000;

/** After so many collisions the layout is known to be wrong. */
const MOST_COLLISIONS_NAMED = 10;

export interface AcceptedExport {
  readonly id: string;
  readonly command: ExportCommand;
  readonly acceptedAtMs: number;
}

/**
 * Resolves a command to the list of objects it is to make, and writes it in slices that nobody uses before an index names
 * them.
 *
 * Memory holds one page, one slice and 16 bytes for each series and each object, of which a plan has at most MAX_EXPORT_INSTANCES.
 *
 * @param token of this attempt at planning; two that go on at once must not mix.
 */
export async function makePlan(
  accepted: AcceptedExport,
  token: string,
  deps: ExportDependencies,
  invocation: Invocation,
): Promise<ExportPlan> {
  const { command, id } = accepted;
  const selection = withoutContained(command.selection);
  const planner = new Planner(accepted, token, selection, deps, invocation);
  const include = layoutTags(command.layout);
  const tags = command.rendition.kind === 'rendered' ? [...include, NUMBER_OF_FRAMES] : include;
  for await (const listed of listSelection(selection, tags, deps, invocation)) {
    switch (listed.kind) {
      case 'target':
        planner.begin(listed.target);
        break;
      case 'instance':
        await planner.add(listed.uids, listed.attributes);
        break;
      case 'mismatch':
        planner.mismatches += 1;
        break;
      case 'nameless':
        planner.nameless += 1;
        break;
      case 'too-many':
        planner.refuse('A series or query has more matches than a search can reach (offset 1,000,000).');
        break;
    }
    if (planner.isHopeless) break;
  }
  invocation.logger.info('export planned', { id, items: planner.items });
  return planner.end();
}

/** Targets that are part of another one are that one's. */
function withoutContained(selection: Selection): Selection {
  if (selection.kind === 'query') return selection;
  const distinct = [...new Map(selection.targets.map((target) => [formatTarget(target), target])).values()];
  const studies = new Set(distinct.filter((target) => target.seriesInstanceUid === null).map(formatTarget));
  const series = distinct.filter((target) => target.sopInstanceUid === null);
  const seriesKeys = new Set(series.map(formatTarget));
  const isContained = (target: Target): boolean =>
    (target.seriesInstanceUid !== null && studies.has(target.studyInstanceUid)) ||
    (target.sopInstanceUid !== null && seriesKeys.has(formatTarget({ ...target, sopInstanceUid: null })));
  return { kind: 'targets', targets: distinct.filter((target) => !isContained(target)) };
}

/** A plan in the making. */
class Planner {
  mismatches = 0;
  nameless = 0;
  readonly #accepted: AcceptedExport;
  readonly #token: string;
  readonly #selection: Selection;
  readonly #deps: ExportDependencies;
  readonly #slices: PlanSlices;
  readonly #names = new FingerprintTable();
  readonly #targets: { readonly target: Target; items: number }[] = [];
  readonly #refusals: string[] = [];
  readonly #collisions: string[] = [];
  #target: Target | undefined;
  /** The target that the last place was opened for. */
  #opened: Target | undefined;
  #targetIndex = -1;

  constructor(
    accepted: AcceptedExport,
    token: string,
    selection: Selection,
    deps: ExportDependencies,
    invocation: Invocation,
  ) {
    this.#accepted = accepted;
    this.#token = token;
    this.#selection = selection;
    this.#deps = deps;
    this.#slices = new PlanSlices(accepted.id, token, deps, invocation);
    // Nothing may take the place of the manifest.
    this.#names.put(manifestName(accepted.command.destination, accepted.id), 'the manifest');
  }

  get items(): number {
    return this.#slices.items;
  }

  /** Whether it makes no sense to look further. */
  get isHopeless(): boolean {
    return this.#collisions.length >= MOST_COLLISIONS_NAMED || this.#refusals.length > 0;
  }

  /** What is added from now on belongs to this target. */
  begin(target: Target): void {
    this.#target = target;
    // A target that was named has its place in the report, also where nothing is found of it.
    if (this.#selection.kind === 'targets') this.#open();
  }

  refuse(problem: string): void {
    this.#refusals.push(problem);
  }

  async add(uids: InstanceUids, attributes: FoundAttributes): Promise<void> {
    const { command } = this.#accepted;
    const { maxInstances, maxFrames, allowIdentifyingNames } = this.#deps.settings;
    const frames = command.rendition.kind === 'rendered' ? frameCount(attributes) : 1;
    const refusal = frames > maxFrames ? 'too-many-frames' : undefined;
    const numbers = frames === 1 || refusal !== undefined ? [undefined] : numbersUpTo(frames);
    for (const frame of numbers) {
      const path = renderName(command.layout, { uids, attributes, frame }, allowIdentifyingNames);
      const name = `${command.destination.prefix}${path}`;
      const item = { uids, frame, name, target: 0, refusal };
      const placement = this.#names.put(name, itemKey(item));
      if (placement === 'other') this.#collide(uids);
      if (placement !== 'new') continue;
      if (this.items >= maxInstances) {
        this.refuse(`There are more than MAX_EXPORT_INSTANCES (${maxInstances}) objects to be made.`);
        return;
      }
      await this.#slices.add({ ...item, target: this.#count() });
    }
  }

  async end(): Promise<ExportPlan> {
    const { command, acceptedAtMs } = this.#accepted;
    const isRefused = this.#collisions.length > 0 || this.#refusals.length > 0;
    const slices = await this.#slices.end();
    return {
      token: this.#token,
      slices: isRefused ? 0 : slices,
      items: isRefused ? 0 : this.items,
      isRefused,
      selection: this.#selection,
      targets: isRefused ? [] : this.#targets,
      destination: command.destination,
      rendition: command.rendition,
      overwrite: command.overwrite,
      problems: this.#problems(),
      acceptedAtMs,
    };
  }

  #collide(uids: InstanceUids): void {
    const path = formatInstancePath(uids);
    this.#collisions.push(`The layout gives ${path} the name of another object; nothing was exported.`);
  }

  #problems(): readonly string[] {
    const problems = [...this.#refusals, ...this.#collisions];
    if (this.mismatches > 0)
      problems.push(
        `${this.mismatches} instances belong to what the query finds and do not match it themselves; they are left out.`,
      );
    if (this.nameless > 0)
      problems.push(`${this.nameless} instances or series have UIDs that are none, and cannot be exported.`);
    if (this.#selection.kind === 'query' && this.items === 0) problems.push('The query finds nothing.');
    if (this.#targetIndex >= MOST_TARGETS_REPORTED)
      problems.push(
        `Only the first ${MOST_TARGETS_REPORTED} of ${this.#targetIndex + 1} targets are listed.`,
      );
    return problems;
  }

  /** Counts an item for the target of the moment. @returns that target's number. */
  #count(): number {
    if (this.#opened !== this.#target) this.#open();
    const entry = this.#targets[this.#targetIndex];
    if (entry !== undefined) entry.items += 1;
    return this.#targetIndex;
  }

  #open(): void {
    this.#targetIndex += 1;
    this.#opened = this.#target;
    const isReported = this.#selection.kind === 'targets' || this.#targetIndex < MOST_TARGETS_REPORTED;
    if (isReported && this.#target !== undefined) this.#targets.push({ target: this.#target, items: 0 });
  }
}

function frameCount(attributes: FoundAttributes): number {
  const frames = Number(attributes[NUMBER_OF_FRAMES]?.[0] ?? '1');
  return Number.isInteger(frames) && frames >= 1 ? frames : 1;
}

function numbersUpTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
