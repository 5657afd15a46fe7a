// Bundles the functions into what is deployed, dist/dicom-courier.zip: index.js (one minified ES module with its source map) and a
// package.json that names the two packages which stay outside: the functions framework, which the platform starts,
// and the native CRC32C, whose binary the platform's own npm install has to choose.
import { build } from 'esbuild';
import { zipSync } from 'fflate';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';

const OUTSIDE = ['@google-cloud/functions-framework', '@node-rs/crc32'];

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
rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
await build({
  entryPoints: ['src/functions/index.ts'],
  outfile: 'dist/index.js',
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minify: true,
  sourcemap: 'linked',
  sourcesContent: false,
  external: OUTSIDE,
  // Bundled CommonJS packages still call require.
  banner: {
    js: "import{createRequire as __cr}from'node:module';import{fileURLToPath as __fu}from'node:url';import{dirname as __dn}from'node:path';const require=__cr(import.meta.url),__filename=__fu(import.meta.url),__dirname=__dn(__filename);",
  },
  plugins: [agentOnlyUndici],
  logLevel: 'warning',
});
writeFileSync(
  'dist/package.json',
  `${JSON.stringify(
    {
      name: project.name,
      version: project.version,
      private: true,
      type: 'module',
      main: 'index.js',
      engines: { node: '>=24' },
      dependencies: Object.fromEntries(OUTSIDE.map((name) => [name, project.dependencies[name]])),
    },
    null,
    2,
  )}\n`,
);

// The same input gives the same bytes: fixed order, and the earliest time that a zip can say.
const files = ['index.js', 'index.js.map', 'package.json'];
const zip = zipSync(Object.fromEntries(files.map((name) => [name, readFileSync(`dist/${name}`)])), {
  mtime: new Date(1980, 0, 1),
  level: 9,
});
writeFileSync('dist/dicom-courier.zip', zip);
for (const name of [...files, 'dicom-courier.zip']) {
  process.stdout.write(`dist/${name}  ${(statSync(`dist/${name}`).size / 1024).toFixed(0)} KiB\n`);
}
const hash = createHash('sha256').update(zip).digest('hex');
process.stdout.write(`sha256 of the package: ${hash}\n`);
