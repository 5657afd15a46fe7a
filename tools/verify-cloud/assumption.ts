import type { VerifyWorld } from './verify-world.ts';

/** Whether an assumption is true of the service, and what was seen of it. */
export interface Finding {
  readonly holds: boolean;
  readonly observed: string;
}

/** One thing that is assumed of Google's services. docs/conformance.md says where each comes from. */
export interface Assumption {
  /** In kebab-case: its row in docs/conformance.md. */
  readonly id: string;
  readonly claim: string;
  /** The stand-in's switch for it; null where it has none. */
  readonly switchName: string | null;
  /** @throws NotTriedError, or whatever kept it from being tried. */
  readonly check: (world: VerifyWorld) => Promise<Finding>;
}
