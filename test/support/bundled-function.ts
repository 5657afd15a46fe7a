import { build } from 'esbuild';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface BundledFunction {
  /** The script that serves the functions, as one file of JavaScript. */
  readonly script: string;
  remove(): void;
}

/**
 * The functions as they are deployed: one module, so that what is measured is not the stripping of types.
 *
 * It is made anew in a folder of its own, because another test may be building `dist` at the same moment.
 */
export async function bundleFunction(): Promise<BundledFunction> {
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  // Inside the project, for the packages that stay outside of the bundle are found from there.
  const folder = mkdtempSync(join(ROOT, '.cache', 'test-'));
  const script = join(folder, 'serve.mjs');
  await build({
    entryPoints: [join(ROOT, 'src/functions/serve.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    external: ['@google-cloud/functions-framework', '@node-rs/crc32'],
    // Bundled CommonJS packages still call require.
    banner: {
      js: "import{createRequire as __require}from'node:module';const require=__require(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;",
    },
    logLevel: 'warning',
  });
  return { script, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
