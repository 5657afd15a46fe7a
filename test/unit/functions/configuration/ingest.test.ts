import { describe, expect, it } from '@jest/globals';
import { InvalidConfigurationError } from '../../../../src/domain/errors.ts';
import { parseIngestConfiguration } from '../../../../src/functions/configuration/ingest.ts';

const STORE = 'projects/p/locations/l/datasets/d/dicomStores/s';
const COMPLETE = {
  PROJECT_ID: 'p',
  DICOM_STORE: STORE,
  INBOX_BUCKET: 'inbox',
  QUARANTINE_BUCKET: 'quarantine',
  STATE_BUCKET: 'state',
  RESULTS_TOPIC: 'results',
};

type Environment = Readonly<Record<string, string | undefined>>;

function problemsOf(environment: Environment): string {
  try {
    parseIngestConfiguration(environment);
  } catch (error) {
    if (error instanceof InvalidConfigurationError) return error.message;
    throw error;
  }
  throw new Error('This environment was expected to be refused, and was not.');
}

describe('the configuration of ingest', () => {
  it('has a default for whatever need not be given', () => {
    expect(parseIngestConfiguration(COMPLETE)).toMatchObject({
      ...COMPLETE,
      INBOX_PREFIX: '',
      AFTER_STORE: 'keep',
      NO_PREAMBLE: 'reject',
      REINGEST_AFTER_DELETE: 'refuse',
      MAX_HEADER_BYTES: 4 * 1024 * 1024,
      RETRY_BUDGET: 30_000,
      IDLE_TIMEOUT: 60_000,
      ANSWER_TIMEOUT: 300_000,
      FUNCTION_TIMEOUT: 540_000,
      ACK_DEADLINE: 600_000,
      HEALTHCARE_ENDPOINT: 'https://healthcare.googleapis.com',
    });
  });

  it('reads what is given', () => {
    const given = {
      MAX_HEADER_BYTES: '2048',
      RETRY_BUDGET: '5s',
      IGNORE_PATTERN: '\\.txt$',
      AFTER_STORE: 'delete',
    };
    const { IGNORE_PATTERN, ...rest } = parseIngestConfiguration({ ...COMPLETE, ...given });
    expect(rest).toMatchObject({ MAX_HEADER_BYTES: 2048, RETRY_BUDGET: 5000, AFTER_STORE: 'delete' });
    expect(IGNORE_PATTERN?.test('a.txt')).toBe(true);
  });

  it("takes the platform's project where none is given", () => {
    const environment = { ...COMPLETE, PROJECT_ID: undefined, GOOGLE_CLOUD_PROJECT: 'q' };
    expect(parseIngestConfiguration(environment).PROJECT_ID).toBe('q');
  });

  it('takes an empty variable for an absent one', () => {
    expect(parseIngestConfiguration({ ...COMPLETE, RETRY_BUDGET: '', STORE_ENCODING: '' })).toMatchObject({
      RETRY_BUDGET: 30_000,
    });
    expect(problemsOf({ ...COMPLETE, INBOX_BUCKET: '' })).toContain('INBOX_BUCKET is missing');
  });

  it('does not mind variables that are none of its own', () => {
    expect(parseIngestConfiguration({ ...COMPLETE, PATH: '/bin' })).not.toHaveProperty('PATH');
  });

  it.each(Object.keys(COMPLETE))('cannot do without %s', (name) => {
    expect(problemsOf({ ...COMPLETE, [name]: undefined })).toBe(
      `The environment of ingest is not right: ${name} is missing.`,
    );
  });

  it.each([
    ['DICOM_STORE', 'my-store', 'has to be projects/'],
    ['DICOM_STORE', 'ftp://host/dicom-web', 'has to be projects/'],
    ['STORE_ENCODING', 'both', 'has to be single or multipart'],
    ['AFTER_STORE', 'burn', 'has to be keep, delete or archive'],
    ['NO_PREAMBLE', 'maybe', 'has to be reject or supply'],
    ['IGNORE_PATTERN', '(', 'has to be a regular expression'],
    ['MAX_HEADER_BYTES', 'many', 'has to be a number of bytes'],
    ['MAX_HEADER_BYTES', '12', 'has to be at least 1024'],
    ['MAX_HEADER_BYTES', '2048.5', 'has to be a number of bytes'],
    ['IDLE_TIMEOUT', 'long', 'has to be a duration'],
    ['IDLE_TIMEOUT', '0s', 'has to be longer than nothing'],
    ['HEALTHCARE_ENDPOINT', 'healthcare', 'has to be a URL'],
    ['STORAGE_EMULATOR_HOST', '127.0.0.1:4443', 'has to be a URL'],
  ])('refuses %s=%s', (name, value, problem) => {
    expect(problemsOf({ ...COMPLETE, [name]: value })).toContain(`${name} ${problem}`);
  });

  it('names all problems at once', () => {
    const message = problemsOf({ AFTER_STORE: 'archive', DICOM_STORE: 'x', IDLE_TIMEOUT: 'long' });
    for (const name of [
      'PROJECT_ID',
      'DICOM_STORE',
      'INBOX_BUCKET',
      'RESULTS_TOPIC',
      'IDLE_TIMEOUT',
      'ARCHIVE_BUCKET',
    ]) {
      expect(message).toContain(`${name} `);
    }
  });

  it('needs a bucket to archive to', () => {
    expect(problemsOf({ ...COMPLETE, AFTER_STORE: 'archive' })).toContain('ARCHIVE_BUCKET is missing');
    expect(
      parseIngestConfiguration({ ...COMPLETE, AFTER_STORE: 'archive', ARCHIVE_BUCKET: 'a' }).ARCHIVE_BUCKET,
    ).toBe('a');
  });

  it('does not archive into the inbox', () => {
    const { INBOX_BUCKET } = COMPLETE;
    expect(problemsOf({ ...COMPLETE, AFTER_STORE: 'archive', ARCHIVE_BUCKET: INBOX_BUCKET })).toContain(
      'ARCHIVE_BUCKET has to be another bucket than INBOX_BUCKET',
    );
  });

  it('never quotes a secret', () => {
    expect(problemsOf({ DICOM_STORE_AUTHORIZATION: 'Basic c2VjcmV0' })).not.toContain('c2VjcmV0');
  });
});
