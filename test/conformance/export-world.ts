import type { ExportReport } from '../../src/usecases/export/finish-export.ts';
import { LocalProject } from '../support/local-project.ts';
import type { PulledMessage, PulledMessages } from '../support/pulled-messages.ts';
import { StandInStore } from '../support/stand-in-store.ts';
import { makeDicom, tripleOf, uid, type SyntheticDicom } from '../support/synthetic-dicom.ts';
import { WiredExport } from '../support/wired-export.ts';
import { readLog, type LoggedWork } from './log.ts';
import type { Matrix, SceneSpec } from './matrix.ts';
import { Scripts, type Affliction, type Asked } from './scripts.ts';

/** Every instance has a slice of its own. */
const ONE_BY_ONE = { SLICE_INSTANCES: '1' };
const BLOCK_BYTES = 65_536;
/** Two blocks of a download and more, so that a fault can set in between. */
const SMALL_BYTES = 2 * BLOCK_BYTES;
/** More than what travels in one request. */
const LARGE_BYTES = 129 * BLOCK_BYTES;
/** When every fake clock starts. */
const RECORD_DAY = '2026-01-02';
const MINUTE_MS = 60_000;
/** Messages that have come when the observed one has; each comes a minute after what was before. */
const RECEIPTS: Partial<Record<SceneSpec['object'], number>> = {
  'first slice': 2,
  'large slice': 2,
  'last slice': 3,
};

/** What a delivery to the export function came to, and what came of the export in the end. */
export interface ObservedExport extends LoggedWork, Pick<Asked, 'requests'> {
  readonly status: number;
  readonly sleepsMs: readonly number[];
  /** Objects that were there right after it, and are not what they have to be. */
  readonly wrong: readonly string[];
  /** Once every message has been acknowledged. */
  readonly inTheEnd: {
    readonly isScriptUsedUp: boolean;
    /** Final reports since the beginning. */
    readonly reports: readonly ExportReport[];
    readonly manifest: readonly ManifestLine[];
    /** The names of all objects there are of it. */
    readonly names: readonly string[];
    readonly wrong: readonly string[];
    readonly records: number;
  };
}

export interface ManifestLine {
  readonly object: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly generation: string | null;
  readonly sizeBytes: number | null;
  readonly crc32c: string | null;
}

/** What is exported under which name. */
type Content = ReadonlyMap<string, Buffer>;

/** The stand-ins, started once, and the export function anew for every command. */
export class ExportWorld {
  readonly #project: LocalProject;
  readonly #store: StandInStore;
  readonly #scripts: Scripts;
  readonly #topic: PulledMessages;
  #scenes = 0;

  private constructor(project: LocalProject, calls: Matrix['calls'], topic: PulledMessages) {
    this.#project = project;
    this.#store = new StandInStore(project.environment);
    this.#scripts = new Scripts(project, calls);
    this.#topic = topic;
  }

  static async start(calls: Matrix['calls']): Promise<ExportWorld> {
    const project = await LocalProject.start();
    return new ExportWorld(project, calls, await WiredExport.subscribe(project));
  }

  close(): Promise<void> {
    return this.#project.close();
  }

  /** Exports a study of two instances, while something happens to a call of one of the deliveries. */
  async deliver(
    { object }: Pick<SceneSpec, 'object'>,
    environment: Readonly<Record<string, string>> = {},
    affliction?: Affliction,
  ): Promise<ObservedExport> {
    this.#scenes += 1;
    const seed = `export-${this.#scenes}`;
    const { study } = tripleOf({ seed });
    const content = await this.#fill(seed, object === 'large slice' ? LARGE_BYTES : SMALL_BYTES);
    const worker = new WiredExport(this.#project, this.#topic, { ...ONE_BY_ONE, ...environment });
    // Named like the study, so that the names of all that is written hold its UID.
    const command = {
      messageId: seed,
      content: { action: 'export', id: study, targets: [{ study }], destination: 'gs://exports/' },
    };
    const [message, ...later] = await this.#leadUp(worker, command, object);
    if (message === undefined) throw new Error('There is nothing to be delivered.');

    await this.#scripts.set(study, affliction);
    const [lines, sleeps] = [worker.log.length, worker.clock.sleeps.length];
    const status = await worker.receive(message);
    const { requests } = await this.#scripts.read(study, affliction);
    const observed = {
      status,
      ...readLog(worker.log.slice(lines)),
      sleepsMs: worker.clock.sleeps.slice(sleeps).map(Math.round),
      requests,
      wrong: await this.#wrong(content),
    };
    await worker.settle(status === 204 ? later : [message, ...later]);
    const { isScriptUsedUp } = await this.#scripts.read(study, affliction);
    await this.#scripts.reset();
    // Whatever comes once more finds that all is done.
    await worker.settle([command, message]);
    const inTheEnd = { isScriptUsedUp, ...(await this.#look(worker, study, content)) };
    if (object === 'large slice') await this.#remove(content);
    return { ...observed, inTheEnd };
  }

  /** @returns the message that is to be observed, and those that come after it. */
  async #leadUp(
    worker: WiredExport,
    command: PulledMessage,
    object: SceneSpec['object'],
  ): Promise<PulledMessage[]> {
    // What is observed comes at the moment at which every fake clock starts: the dates of the faults are relative to it.
    worker.clock.advance(-(RECEIPTS[object] ?? 1) * MINUTE_MS);
    if (object === 'export command') return [command];
    await worker.receive(command);
    const [one, other] = await worker.takeSlices();
    if (one === undefined || other === undefined) throw new Error('There are fewer slices than instances.');
    const [first, last] = (await this.#isFirst(one)) ? [one, other] : [other, one];
    if (object !== 'last slice') return [first, last];
    await worker.receive(first);
    return [last];
  }

  /** Whether a slice has the first instance: in which order a store lists them is its own affair. */
  async #isFirst({ content }: PulledMessage): Promise<boolean> {
    const { id, slice } = content as { id: string; slice: number };
    const name = (await this.#project.names('state', `exports/${id}/plan/`))[slice] ?? '';
    return (await this.#project.read('state', name)).includes(`${id}.1`);
  }

  /** Two instances of a study, and one of another that nobody asks for. */
  async #fill(seed: string, pixelBytes: number): Promise<Content> {
    const content = new Map<string, Buffer>();
    for (const number of [1, 2]) {
      const options: SyntheticDicom = {
        seed,
        instance: `${uid(seed, 'study')}.${number}`,
        pixelBytes: number === 1 ? pixelBytes : SMALL_BYTES,
      };
      const { study, series, instance } = tripleOf(options);
      const bytes = makeDicom(options);
      content.set(`${study}/${series}/${instance}.dcm`, bytes);
      await this.#store.put(bytes);
    }
    await this.#store.put(makeDicom({ seed: `${seed} not asked for` }));
    return content;
  }

  async #look(
    worker: WiredExport,
    study: string,
    content: Content,
  ): Promise<Omit<ObservedExport['inTheEnd'], 'isScriptUsedUp'>> {
    const manifest = await this.#project.read('exports', `_courier/${study}/manifest.jsonl`);
    const lines = manifest
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
    const parsed = lines.map((line) => JSON.parse(line) as ManifestLine);
    const [objects, own, records] = await Promise.all([
      this.#project.names('exports', study),
      this.#project.names('exports', `_courier/${study}`),
      this.#project.names('records', `audit/exports/${RECORD_DAY}/${study}`),
    ]);
    return {
      reports: await worker.takeFinalReports(),
      manifest: parsed,
      names: [...objects, ...own],
      wrong: [...(await this.#wrong(content)), ...(await this.#untrue(parsed))],
      records: records.length,
    };
  }

  /** The names that a manifest says something else of than the bucket. */
  async #untrue(manifest: readonly ManifestLine[]): Promise<string[]> {
    const untrue: string[] = [];
    for (const { object, generation, sizeBytes, crc32c } of manifest) {
      if (generation === null) continue;
      const found = await this.#project.resourceOf('exports', object.replace('gs://exports/', ''));
      const said = [generation, String(sizeBytes), crc32c];
      const is = [String(found['generation']), String(found['size']), found['crc32c']];
      if (said.some((word, index) => word !== is[index])) untrue.push(object);
    }
    return untrue;
  }

  /** The names of objects of a study that have other bytes than they have to have, or that nobody asked for. */
  async #wrong(content: Content): Promise<string[]> {
    const [known = ''] = content.keys();
    const [study = ''] = known.split('/');
    const wrong: string[] = [];
    for (const name of await this.#project.names('exports', `${study}/`)) {
      const bytes = await this.#project.read('exports', name);
      if (content.get(name)?.equals(bytes) !== true) wrong.push(name);
    }
    return wrong;
  }

  /** So that a long series of scenes does not fill the disk. */
  async #remove(content: Content): Promise<void> {
    for (const name of content.keys()) {
      await this.#store.remove(name.replace(/\.dcm$/, ''));
      await this.#project.remove('exports', name);
    }
  }
}
