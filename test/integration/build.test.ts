import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buildPackage, DeployedPackage } from '../support/deployed-package.ts';
import type { FunctionName } from '../support/function-accounts.ts';
import { LocalProject } from '../support/local-project.ts';

const ROOT = new URL('../../', import.meta.url);
const readJson = (name: string): unknown => JSON.parse(readFileSync(new URL(name, ROOT), 'utf8'));

/** What a function needs that not every project of a test has. */
const EXPORTS = { EXPORT_TOPIC: 'dicom-export', EXPORT_DESTINATIONS: 'gs://exports/' };

let zip: Buffer;
let deployed: DeployedPackage;

beforeAll(async () => {
  zip = await buildPackage();
  deployed = new DeployedPackage(zip);
});
afterAll(() => deployed.remove());

describe('the package that is deployed', () => {
  it('is the same, byte for byte, wherever and in whatever time zone it is built', async () => {
    const again = await buildPackage({ TZ: 'Pacific/Auckland' });
    expect(sha256(again)).toBe(sha256(zip));
  });

  it('holds the bundle, its source map and its package.json, and nothing else', () => {
    expect(deployed.files).toEqual(['index.js', 'index.js.map', 'package.json']);
  });

  it('asks the platform for two packages, in the versions that were tested', () => {
    const { dependencies } = readJson('package.json') as { dependencies: Record<string, string> };
    const outside = ['@google-cloud/functions-framework', '@node-rs/crc32'];
    expect(deployed.manifest).toEqual(
      expect.objectContaining({
        main: 'index.js',
        type: 'module',
        dependencies: Object.fromEntries(outside.map((name) => [name, dependencies[name]])),
      }),
    );
  });

  it('bundles the sources and packages of production, and none of development', () => {
    const { packages } = readJson('package-lock.json') as { packages: Record<string, { dev?: boolean }> };
    const production = Object.keys(packages).filter((place) => packages[place]?.dev === undefined);
    const bundled = placesOf(deployed);
    expect(bundled).toEqual(expect.arrayContaining(['src', 'node_modules/valibot']));
    expect(bundled.filter((place) => place !== 'src' && !production.includes(place))).toEqual([]);
  });

  it('has a bill of materials that lists what it bundles and what it asks for, and no tool', () => {
    const bill = execFileSync(process.execPath, ['scripts/bill-of-materials.mjs'], { cwd: ROOT });
    const { components } = JSON.parse(bill.toString()) as { components: { name: string }[] };
    const listed = components.map(({ name }) => name);
    const bundled = placesOf(deployed).filter((place) => place !== 'src');
    const needed = [...bundled.map(nameOf), ...Object.keys(deployed.manifest.dependencies)];
    expect(needed.filter((name) => !listed.includes(name))).toEqual([]);
    expect(listed.filter((name) => ['esbuild', 'chokidar'].includes(name))).toEqual([]);
  });
});

describe('on the Node.js that is deployed, with nothing installed but what it asks for, the package', () => {
  let project: LocalProject;
  let names: readonly string[];

  beforeAll(async () => {
    project = await LocalProject.start();
    const [, list = ''] = /has to be one of ([\w, -]+)\./.exec(await refusalOf('none')) ?? [];
    names = list.split(', ');
  });
  afterAll(() => project.close());

  async function refusalOf(target: string): Promise<string> {
    return deployed.start(target, project.environment).then(
      () => 'It has started.',
      (error: unknown) => String(error),
    );
  }

  it('names its functions', () => {
    expect(names).toEqual(expect.arrayContaining(['ingest', 'delete']));
  });

  it('starts each of them by FUNCTION_TARGET, and each answers a message with a report', async () => {
    for (const name of names) {
      const running = await deployed.start(name, {
        ...project.environmentOf(name as FunctionName),
        ...EXPORTS,
      });
      try {
        expect([name, await running.deliver(project.command({}))]).toEqual([name, 204]);
      } finally {
        await running.stop();
      }
      const reports = [...(await project.takeReports()), ...(await project.takeCommandReports())];
      expect(reports).toEqual([expect.objectContaining({ kind: name, final: true })]);
    }
  });

  it('does not start without its settings', async () => {
    const environment = { ...project.environment, STATE_BUCKET: '' };
    await expect(deployed.start('ingest', environment)).rejects.toThrow('STATE_BUCKET');
  });
});

/** Where what it bundles comes from, once each. */
function placesOf(built: DeployedPackage): string[] {
  const { sources } = JSON.parse(built.read('index.js.map')) as { sources: string[] };
  return [...new Set(sources.map(placeOf))];
}

/** The name of a package that the lock file has at this place, perhaps within another. */
function nameOf(place: string): string {
  return place.replace(/^(.*\/)?node_modules\//, '');
}

/** `src`, or the package that a source belongs to, as the lock file names it. */
function placeOf(source: string): string {
  // What the build puts in the place of undici's index.
  if (source === 'agent-only:undici') return 'node_modules/undici';
  const path = source.replace(/^(\.\.\/)+/, '');
  const [name] = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [];
  return name ?? path.split('/', 1).join('');
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
