import type { BodyStore } from './body-store.ts';
import type { Catalog } from './catalog.ts';
import type { ObjectStore } from './object-store.ts';
import type { ResumableSessions } from './resumable-sessions.ts';

/** What the API's methods work on. */
export interface StorageService {
  readonly catalog: Catalog;
  readonly bodies: BodyStore;
  readonly objects: ObjectStore;
  readonly sessions: ResumableSessions;
  /** Where clients reach the stand-in, for the links in resources. */
  readonly baseUrl: () => string;
}
