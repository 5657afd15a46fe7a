import { formatDestination, manifestName } from '../../domain/export/destination.ts';
import { formatManifestLine } from '../../domain/export/item-result.ts';
import { OWN_OUTPUT_KEY } from '../ingest/quarantine.ts';
import type { Invocation } from '../invocation.ts';
import type { ExportDependencies } from './export-dependencies.ts';
import { gone, type ExportContext } from './own-object.ts';
import { readPartResults } from './read-parts.ts';

/** Lines are short; they are sent in blocks of about this length. */
const BLOCK_BYTES = 64 * 1024;

export interface Manifest {
  /** `gs://…`; null where another object has its name. */
  readonly address: string | null;
}

/** Composes the manifest from the parts, once; whoever comes later finds it. */
export async function writeManifest(
  context: ExportContext,
  deps: ExportDependencies,
  invocation: Invocation,
): Promise<Manifest> {
  const { id, storeName, plan } = context;
  const { writer, attempts } = deps;
  const { bucket } = plan.destination;
  const name = manifestName(plan.destination, id);
  const metadata = { [OWN_OUTPUT_KEY]: 'manifest', command: id, store: storeName };
  const address = `${formatDestination({ bucket, prefix: '' })}${name}`;
  return attempts(invocation, async ({ signal }) => {
    const body = manifestBlocks(context, deps, invocation);
    const contentType = 'application/x-ndjson';
    const object = { bucket, name, contentType, metadata, sizeBytes: undefined, body };
    const answer = await writer.write(object, signal);
    if (answer.kind === 'written') return { address };
    const found = await writer.look(bucket, name, signal);
    // No export ends without a manifest because of an object that nobody can find.
    if (found === undefined) throw gone();
    const isOwn = Object.entries(metadata).every(([key, value]) => found.metadata[key] === value);
    return { address: isOwn ? address : null };
  });
}

async function* manifestBlocks(
  context: ExportContext,
  deps: ExportDependencies,
  invocation: Invocation,
): AsyncGenerator<Buffer> {
  let text = '';
  for await (const result of readPartResults(context, deps, invocation)) {
    text += `${JSON.stringify(formatManifestLine(result, context.plan.destination.bucket))}\n`;
    if (text.length < BLOCK_BYTES) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}
