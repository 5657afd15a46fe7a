import { randomUUID } from 'node:crypto';
import { makeDicomwebDeletion } from '../../adapters/dicomweb-deletion.ts';
import { makeDicomwebSearch } from '../../adapters/dicomweb-search.ts';
import { makeAdvance } from '../../usecases/deletion/advance.ts';
import type { DeletionDependencies } from '../../usecases/deletion/deletion-dependencies.ts';
import { parseDeleteConfiguration } from '../configuration/delete.ts';
import type { Environment } from '../configuration/fields.ts';
import { makeDelete } from '../delete.ts';
import type { EventHandler } from '../deliver.ts';
import { SYSTEM_EFFECTS, type Effects } from './effects.ts';
import { wireServices } from './services.ts';

/** So much longer than a delivery can live is the lease, so that two calls never move on the same deletion. */
const LEASE_MARGIN_MS = 60_000;

/**
 * Builds the `delete` handler from the environment. Opens no connection and reads no credentials yet.
 *
 * @throws InvalidConfigurationError
 */
export function wireDelete(environment: Environment, effects: Effects = SYSTEM_EFFECTS): EventHandler {
  const config = parseDeleteConfiguration(environment);
  const services = wireServices(config, 'delete', effects);
  const { dicomweb, delivery } = services;
  const deletion: DeletionDependencies = {
    state: services.versionedDocuments(config.STATE_BUCKET),
    records: services.documents(config.RECORDS_BUCKET),
    search: makeDicomwebSearch(dicomweb),
    deletion: makeDicomwebDeletion(dicomweb),
    publisher: services.publisher,
    attempts: services.attempts,
    lanes: services.lanes,
    clock: delivery.clock,
    newHolder: randomUUID,
    settings: {
      maxOperations: config.MAX_OPERATIONS,
      maxTargets: config.MAX_TARGETS,
      maxDeleteInstances: config.MAX_DELETE_INSTANCES,
      maxCleanupShare: config.MAX_CLEANUP_SHARE,
      operationMaxAgeMs: config.OPERATION_MAX_AGE,
      commandMaxAgeMs: config.COMMAND_MAX_AGE,
      advanceBudgetMs: config.ADVANCE_BUDGET,
      deleteDelayMs: config.DELETE_DELAY,
      searchLagMs: config.SEARCH_LAG,
      leaseMs: Math.max(config.ACK_DEADLINE, config.FUNCTION_TIMEOUT) + LEASE_MARGIN_MS,
    },
  };
  return makeDelete({ ...delivery, deletion, advance: makeAdvance(deletion) });
}
