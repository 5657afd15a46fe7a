import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';

const ROOT = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly license?: string }>>;
}

describe('docs/security.md', () => {
  const text = read('docs/security.md');

  it('lists every production dependency in its version, with its licence', () => {
    const { dependencies, optionalDependencies } = JSON.parse(read('package.json')) as Manifest;
    const { packages } = JSON.parse(read('package-lock.json')) as LockFile;
    const rows = [...text.matchAll(/^\| `([^`]+)` \| ([\d.]+) \| ([^|]+) \| (\d{4}-\d\d-\d\d) \|/gm)];
    const listed = rows.map(([, name, version, licence]) => ({ name, version, licence }));
    const wanted = Object.entries({ ...dependencies, ...optionalDependencies }).map(([name, version]) => ({
      name,
      version,
      licence: packages[`node_modules/${name}`]?.license,
    }));
    expect(sortByName(listed)).toEqual(sortByName(wanted));
  });

  it('has a threat a row, with its guard and what shows it', () => {
    const [, threats = ''] = /^## Threats$(.*?)^## /ms.exec(text) ?? [];
    const rows = threats.split('\n').filter((line) => /^\| (?!---|threat )/.test(line));
    expect(rows.length).toBeGreaterThan(30);
    expect(rows.filter((row) => !/\| [^|]+ \| .*(\.test\.ts|\.hcl|\.mjs|not shown).* \|$/.test(row))).toEqual(
      [],
    );
  });
});

/** A table of guards is only as good as its files: one that was moved has to be found again. */
describe.each(['docs/security.md', 'docs/architecture.md'])('%s', (document) => {
  it('names files that exist', () => {
    const named = [...read(document).matchAll(/`((?:src|test|terraform|scripts)\/[\w./-]+\.\w+)`/g)];
    const paths = named.map(([, path = '']) => path);
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
  });
});

function sortByName<T extends { readonly name: string | undefined }>(rows: readonly T[]): T[] {
  return rows.toSorted((a, b) => (String(a.name) < String(b.name) ? -1 : 1));
}
