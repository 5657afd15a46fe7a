import { describe, expect, it } from '@jest/globals';
import { failureOf } from '../../../support/blocks.ts';
import { parseExportConfiguration } from '../../../../src/functions/configuration/export.ts';

const COMPLETE = {
  PROJECT_ID: 'p',
  DICOM_STORE: 'projects/p/locations/l/datasets/d/dicomStores/s',
  STATE_BUCKET: 'state',
  RECORDS_BUCKET: 'records',
  RESULTS_TOPIC: 'results',
  EXPORT_TOPIC: 'dicom-export',
  EXPORT_DESTINATIONS: 'gs://exports/, gs://other/trials/',
};

describe('the configuration of export', () => {
  it('has a default for whatever need not be given', () => {
    expect(parseExportConfiguration(COMPLETE)).toMatchObject({
      EXPORT_DESTINATIONS: [
        { bucket: 'exports', prefix: '' },
        { bucket: 'other', prefix: 'trials/' },
      ],
      MAX_TARGETS: 1000,
      MAX_EXPORT_INSTANCES: 1_000_000,
      SLICE_INSTANCES: 500,
      EXPORT_CONCURRENCY: 16,
      MAX_FRAMES: 100,
      RETRIEVE_BY: 'auto',
      ALLOW_IDENTIFYING_NAMES: false,
      ALLOW_OVERWRITE: false,
      COMMAND_MAX_AGE: 86_400_000,
    });
  });

  it('takes what is given', () => {
    const changes = { ALLOW_OVERWRITE: 'true', RETRIEVE_BY: 'series', SLICE_INSTANCES: '50' };
    expect(parseExportConfiguration({ ...COMPLETE, ...changes })).toMatchObject({
      ALLOW_OVERWRITE: true,
      RETRIEVE_BY: 'series',
      SLICE_INSTANCES: 50,
    });
  });

  it.each([
    ['EXPORT_DESTINATIONS', 'gs://exports/trial'],
    ['EXPORT_DESTINATIONS', 'gs://exports/,'],
    ['EXPORT_DESTINATIONS', ''],
    ['EXPORT_TOPIC', ''],
    ['ALLOW_OVERWRITE', 'yes'],
    ['RETRIEVE_BY', 'study'],
    ['EXPORT_CONCURRENCY', '65'],
  ])('refuses %s=%s', async (name, value) => {
    const failure = await failureOf(() =>
      Promise.resolve().then(() => parseExportConfiguration({ ...COMPLETE, [name]: value })),
    );
    expect(failure).toMatchObject({ message: expect.stringContaining(name) as unknown });
  });
});
