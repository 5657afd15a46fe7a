import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tokenSource } from '../cloud/healthcare-client.ts';
import type { Judged, Verdict } from './verify.ts';
import type { VerifyOptions } from './verify-world.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SUITES = 'test/contract/dicomweb';

const VERDICTS: Readonly<Record<string, Verdict>> = { passed: 'holds', failed: 'does not hold' };

/** What Jest writes with `--json`, as far as it matters here. */
interface Results {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/**
 * Runs the DICOMweb contract suites, which the stand-in is held to, against DICOM stores that they make in the dataset and
 * remove again.
 *
 * @param interrupted ends them early; a store may be left behind then, which is named `contract-…`.
 * @returns a row for each of their tests.
 * @throws Error when they cannot be run.
 */
export async function runContractSuites(
  { dataset, endpoints }: VerifyOptions,
  interrupted: AbortSignal,
): Promise<readonly Judged[]> {
  const directory = await mkdtemp(join(tmpdir(), 'courier-contract-'));
  try {
    const file = join(directory, 'results.json');
    const child = spawn(
      process.execPath,
      ['scripts/test.mjs', 'contract', SUITES, '--json', `--outputFile=${file}`],
      {
        cwd: ROOT,
        stdio: ['ignore', 'ignore', 'inherit'],
        signal: interrupted,
        env: {
          ...process.env,
          COURIER_CONTRACT_DATASET: dataset,
          COURIER_CONTRACT_ENDPOINT: endpoints.healthcare,
          COURIER_CONTRACT_TOKEN: await tokenSource(endpoints.healthcare)(),
        },
      },
    );
    await once(child, 'close');
    return rowsOf(JSON.parse(await readFile(file, 'utf8')) as Results);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function rowsOf({ testResults }: Results): Judged[] {
  return testResults.flatMap(({ name, message, assertionResults }) => {
    const id = `contract:${basename(name, '.test.ts')}`;
    if (assertionResults.length === 0)
      return [{ id, claim: 'The suite can be run.', verdict: 'could not be tried', observed: message }];
    return assertionResults.map(({ fullName, status, failureMessages }) => ({
      id,
      claim: fullName,
      verdict: VERDICTS[status] ?? 'could not be tried',
      observed: failureMessages[0]?.split('\n    at ')[0] ?? status,
    }));
  });
}
