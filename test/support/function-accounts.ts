import type { TokenRegistry } from '../../emulator/src/http/tokens.ts';
import type { Iam } from '../../emulator/src/iam/iam.ts';
import { startMetadataServer } from '../../emulator/src/metadata/metadata-server.ts';

export type FunctionName = 'ingest' | 'export' | 'delete';

/** Whose token is whose, and who may do what. */
export interface Guards {
  readonly tokens: TokenRegistry;
  readonly iam: Iam;
}

/** Whom a function runs as. */
export function accountOf(name: FunctionName): string {
  return `${name}@local.iam.gserviceaccount.com`;
}

export interface MetadataServers {
  /** Where each function finds its own. */
  readonly hosts: Readonly<Record<FunctionName, string>>;
  close(): Promise<void>;
}

/** Each function's metadata server, which gives it tokens of its own account. */
export async function startMetadataServers(tokens: TokenRegistry): Promise<MetadataServers> {
  const start = (name: FunctionName): ReturnType<typeof startMetadataServer> =>
    startMetadataServer({ port: 0, tokens, project: 'local', account: accountOf(name) });
  const all = await Promise.all([start('ingest'), start('export'), start('delete')]);
  const [ingest, exporting, deleting] = all.map(({ port }) => `127.0.0.1:${port}`);
  return {
    hosts: { ingest: ingest ?? '', export: exporting ?? '', delete: deleting ?? '' },
    async close() {
      await Promise.all(all.map((server) => server.close()));
    },
  };
}
