import type { HealthcareSwitches } from '../../emulator/src/healthcare/switches.ts';
import { formatTarget, toTarget } from '../../src/domain/dicom/target.ts';

const AUTHORIZATION = { authorization: 'Bearer local' };
const INSTANCES = 'instances?limit=50000&includefield=0020000D,0020000E';
const TAGS = ['0020000D', '0020000E', '00080018'] as const;

/** The DICOM store of a local project from behind: what it really holds, and how it is to behave. */
export class StandInStore {
  readonly #url: string;
  readonly #dicomWeb: string;

  /** @param environment of a function that works with it. */
  constructor(environment: Readonly<Record<string, string>>) {
    this.#url = environment['HEALTHCARE_ENDPOINT'] ?? '';
    this.#dicomWeb = `${this.#url}/v1/${environment['DICOM_STORE'] ?? ''}/dicomWeb`;
  }

  /** Stores a file past the worker. */
  async put(file: Buffer): Promise<void> {
    await this.#ask('POST', `${this.#dicomWeb}/studies`, new Uint8Array(file), {
      'content-type': 'application/dicom',
    });
  }

  /** Deletes an instance past the worker. @param target as `formatTarget` writes it. */
  async remove(target: string): Promise<void> {
    const [study = '', series = '', instance = ''] = target.split('/');
    const path = `studies/${study}/series/${series}/instances/${instance}`;
    await this.#ask('DELETE', `${this.#dicomWeb}/${path}`);
  }

  /** Every instance it holds, or holds of a study, as `formatTarget` writes it, sorted. */
  async uids(study?: string): Promise<string[]> {
    const within = study === undefined ? '' : `studies/${study}/`;
    const text = await this.#ask('GET', `${this.#dicomWeb}/${within}${INSTANCES}`);
    const rows = (text === '' ? [] : JSON.parse(text)) as Record<string, { Value: string[] } | undefined>[];
    return rows
      .map((row) => {
        const [study = '', series = '', instance = ''] = TAGS.map((tag) => row[tag]?.Value[0] ?? '');
        return formatTarget(toTarget({ study, series, instance }));
      })
      .sort();
  }

  /** Changes how it behaves (emulator/docs/healthcare.md). */
  async change(switches: Partial<HealthcareSwitches>): Promise<void> {
    await this.#ask('PATCH', `${this.#url}/_control/switches`, JSON.stringify(switches));
  }

  /** Puts all switches back to what they were at the start. */
  async restore(): Promise<void> {
    await this.#ask('DELETE', `${this.#url}/_control/switches`);
  }

  /** Lets the operations that are held come to their end. @returns their names. */
  async release(): Promise<string[]> {
    const text = await this.#ask('POST', `${this.#url}/_control/operations/release`, '{}');
    return (JSON.parse(text) as { released: string[] }).released;
  }

  async #ask(
    method: string,
    url: string,
    body?: string | Uint8Array<ArrayBuffer>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const answer = await fetch(url, {
      method,
      headers: { ...AUTHORIZATION, accept: 'application/dicom+json', ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    if (answer.status !== 200 && answer.status !== 204)
      throw new Error(`${method} ${url} was answered ${answer.status}: ${text}`);
    return text;
  }
}
