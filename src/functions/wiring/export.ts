import { makeDicomwebRetrieval } from '../../adapters/dicomweb-retrieval.ts';
import { makeDicomwebSearch } from '../../adapters/dicomweb-search.ts';
import { makeGcsObjectStorage } from '../../adapters/gcs-object-storage.ts';
import { makeGcsObjectWriter } from '../../adapters/gcs-object-writer.ts';
import { crc32c } from '../../adapters/node-crc32c.ts';
import { DEFAULT_LANE_SETTINGS } from '../../retry/lane.ts';
import type { ExportDependencies } from '../../usecases/export/export-dependencies.ts';
import { makeLanes } from '../../usecases/lanes.ts';
import { parseExportConfiguration } from '../configuration/export.ts';
import type { Environment } from '../configuration/fields.ts';
import type { EventHandler } from '../deliver.ts';
import { makeExport } from '../export.ts';
import { SYSTEM_EFFECTS, type Effects } from './effects.ts';
import { wireServices } from './services.ts';

/** Pages of so many matches are answered within a second. V8 lets the heap grow to four times what a page and its like hold. */
const PAGE_SIZE = 500;

/** The Cloud Healthcare API takes no larger offset (conformance statement, Search). */
const MOST_OFFSET = 1_000_000;

/**
 * Builds the `export` handler from the environment. Opens no connection and reads no credentials yet.
 *
 * @throws InvalidConfigurationError
 */
export function wireExport(environment: Environment, effects: Effects = SYSTEM_EFFECTS): EventHandler {
  const config = parseExportConfiguration(environment);
  const services = wireServices(config, 'export', effects);
  const { cloudStorage, dicomweb, delivery } = services;
  const encoding = config.STORE_ENCODING ?? (dicomweb.isHealthcare ? 'single' : 'multipart');
  const lanes = makeLanes(
    {
      ...DEFAULT_LANE_SETTINGS,
      ceilingPerSecond: config.MAX_STORE_REQUESTS_PER_SECOND,
      // Of the whole process, however many slices it has at once: each instance in hand may take some megabytes.
      maxInFlight: config.EXPORT_CONCURRENCY,
    },
    delivery.clock,
  );
  const deps: ExportDependencies = {
    state: services.documents(config.STATE_BUCKET),
    records: services.documents(config.RECORDS_BUCKET),
    publisher: services.publisher,
    slices: services.messages(config.EXPORT_TOPIC),
    attempts: services.attempts,
    clock: delivery.clock,
    random: effects.random,
    search: makeDicomwebSearch(dicomweb),
    searchLane: lanes.search,
    paging: { pageSize: PAGE_SIZE, mostOffset: MOST_OFFSET },
    retrieval: makeDicomwebRetrieval({ http: dicomweb.http, root: dicomweb.root, encoding }),
    retrieveLane: lanes.retrieve,
    writer: makeGcsObjectWriter(cloudStorage.http, cloudStorage.endpoint, crc32c),
    storage: makeGcsObjectStorage(cloudStorage.http, cloudStorage.endpoint),
    crc32c,
    commandMaxAgeMs: config.COMMAND_MAX_AGE,
    settings: {
      storeName: config.DICOM_STORE,
      limits: {
        destinations: config.EXPORT_DESTINATIONS,
        maxTargets: config.MAX_TARGETS,
        allowOverwrite: config.ALLOW_OVERWRITE,
      },
      maxInstances: config.MAX_EXPORT_INSTANCES,
      sliceInstances: config.SLICE_INSTANCES,
      concurrency: config.EXPORT_CONCURRENCY,
      maxFrames: config.MAX_FRAMES,
      allowIdentifyingNames: config.ALLOW_IDENTIFYING_NAMES,
      retrieveBy: config.RETRIEVE_BY,
      timeLimitMs: delivery.timeLimitMs,
    },
  };
  return makeExport({ ...delivery, export: deps });
}
