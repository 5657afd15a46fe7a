import type { InstanceUids } from '../../../src/domain/dicom/instance-uids.ts';
import { containsTarget, formatTarget, type Target } from '../../../src/domain/dicom/target.ts';
import type { FoundAttributes } from '../../../src/ports/dicom-search.ts';

/** One instance, from its arrival to its deletion; one that comes again is another. */
export interface ArchiveRecord {
  readonly uids: InstanceUids;
  readonly attributes: FoundAttributes;
}

/** The instances of an archive, and those that are gone but may still be listed. */
export class ArchiveContents {
  readonly deleted: string[] = [];
  readonly #present = new Map<string, ArchiveRecord>();
  readonly #gone = new Map<string, { readonly record: ArchiveRecord; readonly atMs: number }>();

  get present(): readonly ArchiveRecord[] {
    return [...this.#present.values()];
  }

  put(uids: InstanceUids, attributes: FoundAttributes): void {
    const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = uids;
    const record = {
      uids: { studyInstanceUid, seriesInstanceUid, sopInstanceUid },
      attributes: {
        ...attributes,
        '0020000D': [studyInstanceUid],
        '0020000E': [seriesInstanceUid],
        '00080018': [sopInstanceUid],
      },
    };
    this.#present.set(formatTarget(uids), record);
  }

  within(target: Target): readonly ArchiveRecord[] {
    return this.present.filter(({ uids }) => containsTarget(target, uids));
  }

  /** Takes away that very record, unless it is gone. */
  remove(record: ArchiveRecord, atMs: number): void {
    const key = formatTarget(record.uids);
    if (this.#present.get(key) !== record) return;
    this.#present.delete(key);
    this.#gone.set(key, { record, atMs });
    this.deleted.push(key);
  }

  /** What a search sees: what is there, and what was deleted a short while ago. */
  listed(nowMs: number, searchLagMs: number): readonly ArchiveRecord[] {
    const lagging = [...this.#gone]
      .filter(([key, { atMs }]) => atMs + searchLagMs > nowMs && !this.#present.has(key))
      .map(([, { record }]) => record);
    return [...this.present, ...lagging];
  }
}
