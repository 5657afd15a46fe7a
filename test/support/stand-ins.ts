import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHealthcare } from '../../emulator/src/healthcare/healthcare.ts';
import type { HealthcareSwitches } from '../../emulator/src/healthcare/switches.ts';
import { TokenRegistry } from '../../emulator/src/http/tokens.ts';
import { Iam, type WithoutToken } from '../../emulator/src/iam/iam.ts';
import type { Policy } from '../../emulator/src/iam/policy.ts';
import { startPubsub } from '../../emulator/src/pubsub/pubsub.ts';
import type { Publish } from '../../emulator/src/stack/messages.ts';
import { startStorage } from '../../emulator/src/storage/storage.ts';
import { startMetadataServers, type FunctionName, type Guards } from './function-accounts.ts';

/** Google Cloud's stand-ins, with nothing in them yet. */
export interface StandIns {
  readonly storageUrl: string;
  readonly pubsubUrl: string;
  readonly healthcareUrl: string;
  readonly metadataHosts: Readonly<Record<FunctionName, string>>;
  readonly guards: Guards;
  close(): Promise<void>;
}

/** Starts them on free ports, with one set of tokens and rights for all. */
export async function startStandIns(options: {
  readonly switches: Partial<HealthcareSwitches>;
  readonly policy: Policy;
  readonly withoutToken: WithoutToken;
  /** Where storage tells of objects. */
  readonly publish: Publish;
}): Promise<StandIns> {
  const { switches, policy, withoutToken, publish } = options;
  const data = mkdtempSync(join(tmpdir(), 'courier-project-'));
  const tokens = new TokenRegistry();
  const guards = { tokens, iam: new Iam(policy, withoutToken) };
  const [storage, healthcare, pubsub, metadata] = await Promise.all([
    startStorage({ port: 0, dataDir: join(data, 'storage'), publish, ...guards }),
    startHealthcare({ port: 0, dataDir: join(data, 'healthcare'), ...guards, switches }),
    // Redelivered at once: no test waits for a pause.
    startPubsub({ port: 0, ...guards, push: { maximumPauseMs: 1 } }),
    startMetadataServers(tokens),
  ]);
  return {
    storageUrl: storage.url,
    pubsubUrl: pubsub.url,
    healthcareUrl: healthcare.url,
    metadataHosts: metadata.hosts,
    guards,
    async close() {
      const all = [storage, healthcare, pubsub, metadata];
      await Promise.all(all.map((service) => service.close()));
      rmSync(data, { recursive: true, force: true });
    },
  };
}
