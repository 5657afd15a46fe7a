// Bundles the functions into what is deployed, dist/dicom-courier.zip: index.js (one minified ES module with its source map) and a
// package.json that names the two packages which stay outside: the functions framework, which the platform starts,
// and the native CRC32C, whose binary the platform's own npm install has to choose.
// Usage: npm run build [-- DIRECTORY]      dist by default. What is there is replaced.
import { build } from 'esbuild';
import { zipSync } from 'fflate';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const OUTSIDE = ['@google-cloud/functions-framework', '@node-rs/crc32'];

/**
 * Taken up by `debug` where it is installed, which it is here by tools of development only. It does without, as it does
 * wherever those are not installed: what is deployed does not depend on them.
 */
const ABSENT = ['supports-color'];

/**
 * Of undici only the agent and `request`. Its index also loads fetch, web sockets, caches and mocks, which take two
 * thirds of the bundle and of the time to import it. The build fails when undici moves these files.
 */
const agentOnlyUndici = {
  name: 'agent-only-undici',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^undici$/ }, () => ({ path: 'undici', namespace: 'agent-only' }));
    onLoad({ filter: /.*/, namespace: 'agent-only' }, () => ({
      contents: `
        import Agent from 'undici/lib/dispatcher/agent.js';
        import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
        import request from 'undici/lib/api/api-request.js';
        Dispatcher.prototype.request = request;
        export { Agent };`,
      resolveDir: process.cwd(),
    }));
  },
};

const project = JSON.parse(readFileSync('package.json', 'utf8'));
const directory = process.argv[2] ?? 'dist';
const { outputFiles } = await build({
  entryPoints: ['src/functions/index.ts'],
  // Wherever it is written to: the source map names its sources from here.
  outfile: 'dist/index.js',
  write: false,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minify: true,
  sourcemap: 'linked',
  sourcesContent: false,
  external: [...OUTSIDE, ...ABSENT],
  // Bundled CommonJS packages still call require.
  banner: {
    js: "import{createRequire as __cr}from'node:module';import{fileURLToPath as __fu}from'node:url';import{dirname as __dn}from'node:path';const require=__cr(import.meta.url),__filename=__fu(import.meta.url),__dirname=__dn(__filename);",
  },
  plugins: [agentOnlyUndici],
  logLevel: 'warning',
});
const manifest = {
  name: project.name,
  version: project.version,
  private: true,
  type: 'module',
  main: 'index.js',
  engines: { node: '>=24' },
  dependencies: Object.fromEntries(OUTSIDE.map((name) => [name, project.dependencies[name]])),
};
const files = {
  ...Object.fromEntries(outputFiles.map(({ path, contents }) => [basename(path), contents])),
  'package.json': Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`),
};

// The same input gives the same bytes: fixed order, and the earliest time that a zip can say.
const inOrder = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
const zip = zipSync(inOrder, { mtime: new Date(1980, 0, 1), level: 9 });
rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });
for (const [name, contents] of Object.entries({ ...inOrder, 'dicom-courier.zip': zip })) {
  writeFileSync(join(directory, name), contents);
  process.stdout.write(`${join(directory, name)}  ${(contents.length / 1024).toFixed(0)} KiB\n`);
}
const hash = createHash('sha256').update(zip).digest('hex');
process.stdout.write(`sha256 of the package: ${hash}\n`);
