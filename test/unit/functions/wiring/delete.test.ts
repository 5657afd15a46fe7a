import { describe, expect, it } from '@jest/globals';
import { InvalidConfigurationError } from '../../../../src/domain/errors.ts';
import { wireDelete } from '../../../../src/functions/wiring/delete.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

describe('the wiring of delete', () => {
  it('refuses an environment that does not describe a worker', () => {
    expect(() => wireDelete({})).toThrow(InvalidConfigurationError);
  });

  it('answers a request that is no push without reaching for anything', async () => {
    const written: string[] = [];
    const handler = wireDelete(
      {
        PROJECT_ID: 'p',
        DICOM_STORE: 'projects/p/locations/l/datasets/d/dicomStores/s',
        STATE_BUCKET: 'state',
        RECORDS_BUCKET: 'records',
        RESULTS_TOPIC: 'results',
      },
      { clock: new FakeClock(), random: () => 0.5, writeLog: (line) => written.push(line) },
    );
    const statuses: number[] = [];
    const response = {
      status(code: number) {
        statuses.push(code);
        return response;
      },
      end: () => undefined,
    };
    await handler({ headers: {}, body: {} }, response);
    expect(statuses).toEqual([500]);
    expect(written).toHaveLength(1);
  });
});
