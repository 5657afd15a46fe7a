import { describe, expect, it } from '@jest/globals';
import { InvalidConfigurationError } from '../../../../src/domain/errors.ts';
import { parseDeleteConfiguration } from '../../../../src/functions/configuration/delete.ts';

const COMPLETE = {
  PROJECT_ID: 'p',
  DICOM_STORE: 'projects/p/locations/l/datasets/d/dicomStores/s',
  STATE_BUCKET: 'state',
  RECORDS_BUCKET: 'records',
  RESULTS_TOPIC: 'results',
};

function problemsOf(environment: Readonly<Record<string, string | undefined>>): string {
  try {
    parseDeleteConfiguration(environment);
  } catch (error) {
    if (error instanceof InvalidConfigurationError) return error.message;
    throw error;
  }
  throw new Error('This environment was expected to be refused, and was not.');
}

describe('the configuration of delete', () => {
  it('has a default for whatever need not be given', () => {
    expect(parseDeleteConfiguration(COMPLETE)).toEqual({
      ...COMPLETE,
      MAX_OPERATIONS: 5,
      MAX_TARGETS: 1000,
      MAX_DELETE_INSTANCES: 50_000,
      MAX_CLEANUP_SHARE: 0.1,
      OPERATION_MAX_AGE: 86_400_000,
      COMMAND_MAX_AGE: 86_400_000,
      ADVANCE_BUDGET: 50_000,
      DELETE_DELAY: 90_000,
      SEARCH_LAG: 30_000,
      MAX_STORE_REQUESTS_PER_SECOND: Infinity,
      RETRY_BUDGET: 30_000,
      IDLE_TIMEOUT: 60_000,
      ANSWER_TIMEOUT: 300_000,
      FUNCTION_TIMEOUT: 540_000,
      ACK_DEADLINE: 600_000,
      HEALTHCARE_ENDPOINT: 'https://healthcare.googleapis.com',
    });
  });

  it.each(['FUNCTION_TIMEOUT', 'ACK_DEADLINE'])('refuses a %s in which nothing would ever begin', (name) => {
    expect(problemsOf({ ...COMPLETE, [name]: '29s' })).toContain(`${name} has to be at least 30s`);
    expect(parseDeleteConfiguration({ ...COMPLETE, [name]: '30s' })).toMatchObject({ [name]: 30_000 });
  });

  it('reads what is given', () => {
    const given = {
      MAX_OPERATIONS: '20',
      MAX_TARGETS: '10000',
      MAX_DELETE_INSTANCES: '200000',
      MAX_CLEANUP_SHARE: '1',
      OPERATION_MAX_AGE: '7d',
      COMMAND_MAX_AGE: '30m',
    };
    expect(parseDeleteConfiguration({ ...COMPLETE, ...given })).toMatchObject({
      MAX_OPERATIONS: 20,
      MAX_TARGETS: 10_000,
      MAX_DELETE_INSTANCES: 200_000,
      MAX_CLEANUP_SHARE: 1,
      OPERATION_MAX_AGE: 604_800_000,
      COMMAND_MAX_AGE: 1_800_000,
    });
  });

  it.each(['DELETE_DELAY', 'SEARCH_LAG'])('need not wait for %s', (name) => {
    expect(parseDeleteConfiguration({ ...COMPLETE, [name]: '0s' })).toMatchObject({ [name]: 0 });
  });

  it.each(Object.keys(COMPLETE))('cannot do without %s', (name) => {
    expect(problemsOf({ ...COMPLETE, [name]: undefined })).toBe(
      `The environment of delete is not right: ${name} is missing.`,
    );
  });

  it.each([
    ['MAX_OPERATIONS', '0', 'has to be a whole number from 1 to 20'],
    ['MAX_OPERATIONS', '21', 'has to be a whole number from 1 to 20'],
    ['MAX_OPERATIONS', '2.5', 'has to be a whole number from 1 to 20'],
    ['MAX_OPERATIONS', 'five', 'has to be a whole number from 1 to 20'],
    ['MAX_TARGETS', '10001', 'has to be a whole number from 1 to 10000'],
    ['MAX_DELETE_INSTANCES', '200001', 'has to be a whole number from 1 to 200000'],
    ['MAX_CLEANUP_SHARE', '0', 'has to be a share'],
    ['MAX_CLEANUP_SHARE', '1.01', 'has to be a share'],
    ['MAX_CLEANUP_SHARE', '10%', 'has to be a share'],
    ['OPERATION_MAX_AGE', '0h', 'has to be longer than nothing'],
    ['COMMAND_MAX_AGE', '1w', 'has to be a duration'],
    ['ADVANCE_BUDGET', '0s', 'has to be longer than nothing'],
    ['DELETE_DELAY', '-1s', 'has to be a duration'],
    ['SEARCH_LAG', 'soon', 'has to be a duration'],
  ])('refuses %s=%s', (name, value, problem) => {
    expect(problemsOf({ ...COMPLETE, [name]: value })).toContain(`${name} ${problem}`);
  });

  it('names all problems at once, those of every function and its own', () => {
    expect(problemsOf({ ...COMPLETE, DICOM_STORE: 'x', RECORDS_BUCKET: '', MAX_OPERATIONS: '99' })).toBe(
      'The environment of delete is not right: ' +
        'DICOM_STORE has to be projects/…/locations/…/datasets/…/dicomStores/… or the root URL of a DICOMweb server; ' +
        'RECORDS_BUCKET is missing; MAX_OPERATIONS has to be a whole number from 1 to 20.',
    );
  });
});
