import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The scripts that a benchmark's processes run, as paths. */
export interface Bundles {
  /** Serves the function in `BENCH_MODULE`. */
  readonly serve: string;
  readonly worker: string;
  readonly bare: string;
  readonly samples: string;
  readonly helloWorld: string;
  readonly fixedConcurrency: string;
  readonly bareLoop: string;
}

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const WORKER_SOURCES = ['src', 'scripts/build.mjs', 'package.json', 'package-lock.json'];

const ENTRIES = {
  serve: fileURLToPath(new URL('./child/serve.ts', import.meta.url)),
  bare: fileURLToPath(new URL('./baselines/bare.ts', import.meta.url)),
  samples: fileURLToPath(new URL('./baselines/samples.ts', import.meta.url)),
  'fixed-concurrency': fileURLToPath(new URL('./baselines/fixed-concurrency.ts', import.meta.url)),
  'bare-loop': fileURLToPath(new URL('./export/bare-loop.ts', import.meta.url)),
  'hello-world': fileURLToPath(new URL('./baselines/hello-world.ts', import.meta.url)),
};

/**
 * Makes them all JavaScript in one file each, the worker by its own build and the others in the same manner, so that no
 * figure is one of type stripping or of reading hundreds of files.
 *
 * They are kept in a folder of this run until the process exits; another run, or a build, does not disturb it.
 *
 * @throws Error when the worker cannot be built.
 */
export async function makeBundles(): Promise<Bundles> {
  buildWorkerWhenNeeded();
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  // Inside the project, for the packages that stay outside of the bundles are found from there.
  const folder = mkdtempSync(join(ROOT, '.cache', 'bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string): string => join(folder, `${name}.mjs`);
  copyFileSync(join(ROOT, 'dist', 'index.js'), path('worker'));
  await build({
    entryPoints: ENTRIES,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    external: ['@google-cloud/functions-framework'],
    // Bundled CommonJS packages still call require.
    banner: {
      js: "import{createRequire as __require}from'node:module';const require=__require(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;",
    },
    logLevel: 'warning',
  });
  return {
    serve: path('serve'),
    worker: path('worker'),
    bare: path('bare'),
    samples: path('samples'),
    helloWorld: path('hello-world'),
    fixedConcurrency: path('fixed-concurrency'),
    bareLoop: path('bare-loop'),
  };
}

/** Only when a source is newer, so that two runs at once do not build over each other. */
function buildWorkerWhenNeeded(): void {
  const bundle = join(ROOT, 'dist', 'index.js');
  const sourcesAt = Math.max(...WORKER_SOURCES.map((name) => changedAt(join(ROOT, name))));
  if (existsSync(bundle) && statSync(bundle).mtimeMs > sourcesAt) return;
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.mjs'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The worker could not be built.\n${stderr}`);
}

/** Of a file, or of what was changed last in a folder. */
function changedAt(path: string): number {
  const entry = statSync(path);
  if (!entry.isDirectory()) return entry.mtimeMs;
  return Math.max(entry.mtimeMs, ...readdirSync(path).map((name) => changedAt(join(path, name))));
}
