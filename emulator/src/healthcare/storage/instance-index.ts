import type { DicomJson, DicomJsonAttribute } from '../dicom/dicom-json.ts';
import { fileIdOf, hashOf, type InstanceRecord, type Triple } from './instance-record.ts';
import { ShuffledMap, type Ordered } from './shuffled-map.ts';

export interface StudyEntry extends Ordered {
  readonly uid: string;
  /** Of the instance that came first; what searches find when instances disagree is not defined. */
  readonly attributes: DicomJson;
  readonly series: ShuffledMap<SeriesEntry>;
}

export interface SeriesEntry extends Ordered {
  readonly uid: string;
  readonly attributes: DicomJson;
  readonly instances: ShuffledMap<InstanceEntry>;
}

/** Kept small, because there may be hundreds of thousands. `order` is also the name of the instance's files. */
export interface InstanceEntry extends Ordered {
  readonly uid: string;
  readonly transferSyntaxUid: string;
  /** One object for all instances that have the same. */
  readonly shared: DicomJson;
  readonly instanceNumber: DicomJsonAttribute | undefined;
}

/** An instance and what it belongs to. */
export interface Location {
  readonly study: StudyEntry;
  readonly series: SeriesEntry;
  readonly instance: InstanceEntry;
}

const SOP_INSTANCE_UID = '00080018';
const INSTANCE_NUMBER = '00200013';

/** All instances of a store, in memory. */
export class InstanceIndex {
  /** What searches list: instances that are gone stay here until searches have noticed. */
  readonly studies = new ShuffledMap<StudyEntry>();
  readonly #interned = new Map<string, unknown>();
  /** Instances that are gone and still listed, by their `order`. */
  readonly #gone = new Map<string, { readonly location: Location; readonly listedUntilMs: number }>();

  /** The instance, unless it is gone. */
  find(uids: Triple): Location | undefined {
    const location = this.#lookUp(uids);
    return location === undefined || this.#gone.has(location.instance.order) ? undefined : location;
  }

  /** @throws when the instance is already there. */
  add(record: InstanceRecord): void {
    const gone = this.#gone.get(fileIdOf(record));
    if (gone !== undefined) this.#drop(gone.location);
    const study = this.#studyOf(record);
    const series = this.#seriesOf(study, record);
    const { [INSTANCE_NUMBER]: instanceNumber, ...rest } = record.attributes.instance;
    const shared = Object.fromEntries(Object.entries(rest).filter(([tag]) => tag !== SOP_INSTANCE_UID));
    series.instances.add(record.instance, {
      uid: record.instance,
      order: fileIdOf(record),
      transferSyntaxUid: this.#intern(record.transferSyntaxUid),
      shared: this.#intern(shared),
      instanceNumber: this.#intern(instanceNumber),
    });
  }

  /**
   * Takes an instance out. Does nothing when it is not there.
   *
   * @param listedUntilMs until when searches go on listing it, in milliseconds since 1970.
   */
  remove(uids: Triple, listedUntilMs?: number): void {
    const location = this.find(uids);
    if (location === undefined) return;
    if (listedUntilMs === undefined) this.#drop(location);
    else this.#gone.set(location.instance.order, { location, listedUntilMs });
  }

  /** Searches notice what is gone. To be called before each. */
  sweep(nowMs: number): void {
    for (const { location, listedUntilMs } of this.#gone.values()) {
      if (listedUntilMs <= nowMs) this.#drop(location);
    }
  }

  /** The instances of a study, or of one of its series, that are not gone. */
  within(studyUid: string, seriesUid?: string): Location[] {
    const study = this.studies.get(studyUid);
    const locations: Location[] = [];
    for (const series of study?.series.values() ?? []) {
      if (study === undefined || (seriesUid !== undefined && series.uid !== seriesUid)) continue;
      for (const instance of series.instances.values()) {
        if (!this.#gone.has(instance.order)) locations.push({ study, series, instance });
      }
    }
    return locations;
  }

  #lookUp({ study, series, instance }: Triple): Location | undefined {
    const studyEntry = this.studies.get(study);
    const seriesEntry = studyEntry?.series.get(series);
    const instanceEntry = seriesEntry?.instances.get(instance);
    if (studyEntry === undefined || seriesEntry === undefined || instanceEntry === undefined)
      return undefined;
    return { study: studyEntry, series: seriesEntry, instance: instanceEntry };
  }

  #drop({ study, series, instance }: Location): void {
    this.#gone.delete(instance.order);
    series.instances.remove(instance.uid);
    if (series.instances.size === 0) study.series.remove(series.uid);
    if (study.series.size === 0) this.studies.remove(study.uid);
  }

  #studyOf(record: InstanceRecord): StudyEntry {
    const known = this.studies.get(record.study);
    if (known !== undefined) return known;
    const study = {
      uid: record.study,
      order: hashOf(record.study),
      attributes: record.attributes.study,
      series: new ShuffledMap<SeriesEntry>(),
    };
    this.studies.add(record.study, study);
    return study;
  }

  #seriesOf(study: StudyEntry, record: InstanceRecord): SeriesEntry {
    const known = study.series.get(record.series);
    if (known !== undefined) return known;
    const series = {
      uid: record.series,
      order: hashOf(`${record.study}\n${record.series}`),
      attributes: record.attributes.series,
      instances: new ShuffledMap<InstanceEntry>(),
    };
    study.series.add(record.series, series);
    return series;
  }

  #intern<Value>(value: Value): Value {
    const key = value === undefined ? '' : JSON.stringify(value);
    if (!this.#interned.has(key)) this.#interned.set(key, value);
    return this.#interned.get(key) as Value;
  }
}
