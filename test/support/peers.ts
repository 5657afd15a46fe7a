import { describe, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * A real program that a contract suite also runs against.
 *
 * `find` returns what is needed to start it, or undefined where it is not installed.
 */
export interface Peer<Found> {
  readonly name: string;
  readonly howToInstall: string;
  /** Where it is missing its suites are skipped in CI too. @default false */
  readonly isOptional?: boolean;
  find(): Found | undefined;
}

/** Orthanc with its DICOMweb plugin. */
export const orthanc: Peer<{ command: string; plugin: string }> = {
  name: 'Orthanc',
  howToInstall: 'apt-get install orthanc orthanc-dicomweb',
  find() {
    const command = firstExisting(['/usr/sbin/Orthanc', '/usr/local/sbin/Orthanc', '/usr/bin/Orthanc']);
    const plugin = firstExisting([
      '/usr/share/orthanc/plugins/libOrthancDicomWeb.so',
      '/usr/local/share/orthanc/plugins/libOrthancDicomWeb.so',
    ]);
    return command === undefined || plugin === undefined ? undefined : { command, plugin };
  },
};

/** Google's own Pub/Sub emulator, a jar of the Google Cloud SDK, with a Java to run it. */
export const pubsubEmulator: Peer<{ jar: string }> = {
  name: "Google's Pub/Sub emulator",
  howToInstall: 'gcloud components install pubsub-emulator, and a Java runtime',
  find() {
    const roots = [
      process.env['SDK_ROOT'],
      '/usr/lib/google-cloud-sdk',
      join(homedir(), 'google-cloud-sdk'),
      '/opt/google-cloud-sdk',
    ];
    for (const root of roots) {
      const lib = join(root ?? '/nonexistent', 'platform/pubsub-emulator/lib');
      const jar = existsSync(lib)
        ? readdirSync(lib).find((name) => /^cloud-pubsub-emulator-.*-all\.jar$/.test(name))
        : undefined;
      if (jar !== undefined && runs('java', ['-version'])) return { jar: join(lib, jar) };
    }
    return undefined;
  },
};

/** DCMTK's command-line programs, which share no code with the worker. */
export const dcmtk: Peer<{ dcmftest: string; dcmdump: string }> = {
  name: 'DCMTK',
  howToInstall: 'apt-get install dcmtk',
  find: () => (runs('dcmdump', ['--version']) ? { dcmftest: 'dcmftest', dcmdump: 'dcmdump' } : undefined),
};

/** Google's own command line, which no distribution has. */
export const gcloud: Peer<{ command: string }> = {
  name: 'gcloud',
  howToInstall: 'https://cloud.google.com/sdk/docs/install',
  isOptional: true,
  find: () => (runs('gcloud', ['--version']) ? { command: 'gcloud' } : undefined),
};

/**
 * A suite that needs a peer.
 *
 * Where the peer is missing the suite is reported as skipped, with what to install; in CI, where every peer
 * that is not optional is to be there, its absence is a failure.
 */
export function describeWith<Found>(peer: Peer<Found>, title: string, body: (found: Found) => void): void {
  const found = peer.find();
  if (found !== undefined) {
    describe(title, () => body(found));
    return;
  }
  const reason = `${title}: ${peer.name} is not installed (${peer.howToInstall})`;
  if (process.env['CI'] === 'true' && peer.isOptional !== true) {
    it(reason, () => {
      throw new Error(reason);
    });
    return;
  }
  process.stderr.write(`SKIPPED ${reason}\n`);
  it.skip(reason, () => undefined);
}

function firstExisting(paths: readonly string[]): string | undefined {
  return paths.find((path) => existsSync(path));
}

function runs(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, [...args], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
