import { makeStorageClient } from '../cloud/google-clients.ts';
import { makeHealthcareClient } from '../cloud/healthcare-client.ts';
import type { WatchedDeletion } from './operation.ts';
import { watchDeletion } from './operations.ts';
import type { VerifyOptions, VerifyWorld } from './verify-world.ts';

/** @param id letters, digits and hyphens; names what is made. */
export function makeVerifyWorld(options: VerifyOptions, id: string): VerifyWorld {
  let deletion: Promise<WatchedDeletion> | undefined;
  const world: VerifyWorld = {
    options,
    healthcare: makeHealthcareClient(options.endpoints.healthcare),
    dicomStore: `${options.dataset}/dicomStores/${id}`,
    bucket: makeStorageClient(options.project, options.endpoints).bucket(options.bucket),
    prefix: `${id}/`,
    deletion: () => (deletion ??= watchDeletion(world)),
  };
  return world;
}
