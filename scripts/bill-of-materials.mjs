// Writes the bill of materials of what is deployed (CycloneDX) to standard output.
// Usage: node scripts/bill-of-materials.mjs > FILE
//
// `npm sbom --omit=dev` on the project itself leaves out what a package of development needs too, google-auth-library and
// valibot among them (npm 11), and lists the local stack. So npm is shown a project that has nothing but what is deployed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { name, version, license, dependencies } = readJson('package.json');
const root = { name, version, license, dependencies };
const lock = readJson('package-lock.json');
const deployable = Object.entries(lock.packages).filter(
  ([place, { dev, link }]) => place.startsWith('node_modules/') && dev !== true && link !== true,
);

const directory = mkdtempSync(join(tmpdir(), 'courier-sbom-'));
try {
  writeJson('package.json', root);
  writeJson('package-lock.json', { ...lock, packages: { '': root, ...Object.fromEntries(deployable) } });
  const { status } = spawnSync('npm', ['sbom', '--package-lock-only', '--sbom-format=cyclonedx'], {
    cwd: directory,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(directory, { recursive: true });
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function writeJson(path, content) {
  writeFileSync(join(directory, path), JSON.stringify(content));
}
