import type { Storage } from '@google-cloud/storage';

/** An object in quarantine, with what the worker wrote to it. */
export interface QuarantinedObject {
  /** `{reason}/{hash}`; says nothing of the patient. */
  readonly name: string;
  readonly generation: string;
  /** Undefined where it is no copy of the worker's. */
  readonly source:
    { readonly bucket: string; readonly name: string; readonly generation: string } | undefined;
  readonly reason: string;
  /** Milliseconds since the epoch; undefined where nobody knows. */
  readonly quarantinedAtMs: number | undefined;
}

/** A generation that is there. */
export interface FoundObject {
  readonly generation: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** The quarantined object it was restored from, if it was. */
  readonly restoredFrom: string | undefined;
}

/** Quarantine, and the inbox it came from. */
export interface QuarantineService {
  list(): AsyncIterable<QuarantinedObject>;
  /** @param generation undefined for the live one. */
  find(bucket: string, name: string, generation?: string): Promise<FoundObject | undefined>;
  /** Copies it back to where nothing is. @returns false where something is. */
  restore(
    object: QuarantinedObject,
    to: { readonly bucket: string; readonly name: string },
  ): Promise<boolean>;
}

/** Read by the next run: such an object is told of again, and not restored again. */
const RESTORED_FROM = 'restored-from-quarantine';
const PAGE = 500;
const [NOT_FOUND, PRECONDITION_FAILED] = [404, 412];

export function makeQuarantineService(storage: Storage, bucket: string, prefix: string): QuarantineService {
  return {
    async *list() {
      let pageToken: string | undefined;
      do {
        const query = { prefix, autoPaginate: false, maxResults: PAGE, ...(pageToken && { pageToken }) };
        const [files, next] = await storage.bucket(bucket).getFiles(query);
        for (const { name, metadata } of files) {
          yield readQuarantined(name, String(metadata.generation), metadata.metadata ?? {});
        }
        pageToken = (next as { pageToken?: string } | null)?.pageToken;
      } while (pageToken !== undefined);
    },

    async find(inbox, name, generation) {
      const file = storage.bucket(inbox).file(name, generation === undefined ? {} : { generation });
      try {
        const [{ generation: found, timeCreated, metadata }] = await file.getMetadata();
        const from = metadata?.[RESTORED_FROM];
        return {
          generation: String(found),
          createdAt: timeCreated ?? '',
          restoredFrom: typeof from === 'string' ? from : undefined,
        };
      } catch (error) {
        if (codeOf(error) === NOT_FOUND) return undefined;
        throw error;
      }
    },

    async restore(object, to) {
      const source = storage.bucket(bucket).file(object.name, { generation: object.generation });
      const target = storage.bucket(to.bucket).file(to.name);
      try {
        await source.copy(target, {
          // Replaces the worker's own, by which ingest would pass the object over.
          metadata: { [RESTORED_FROM]: object.name },
          contentType: 'application/octet-stream',
          preconditionOpts: { ifGenerationMatch: 0 },
        });
        return true;
      } catch (error) {
        if (codeOf(error) === PRECONDITION_FAILED) return false;
        throw error;
      }
    },
  };
}

function readQuarantined(
  name: string,
  generation: string,
  metadata: Readonly<Record<string, unknown>>,
): QuarantinedObject {
  const text = (key: string): string => {
    const value = metadata[key];
    return typeof value === 'string' ? value : '';
  };
  const source = {
    bucket: text('source-bucket'),
    name: text('source-name'),
    generation: text('source-generation'),
  };
  const isOurs = text('dicom-courier') === 'quarantine' && !Object.values(source).includes('');
  const at = Date.parse(text('quarantined-at'));
  return {
    name,
    generation,
    source: isOurs ? source : undefined,
    reason: text('reason'),
    quarantinedAtMs: Number.isNaN(at) ? undefined : at,
  };
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code;
}
