import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { DEFAULT_SWITCHES } from '../../../emulator/src/healthcare/switches.ts';
import { ASSUMPTIONS } from '../../../tools/verify-cloud/assumptions.ts';

const documented = readFileSync('docs/conformance.md', 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, id, claim, switchName, source, consequence, verified] =
      /^\| `([a-z-]+)` \| (.+?) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$/.exec(line) ?? [];
    return id === undefined ? [] : [{ id, claim, switchName, source, consequence, verified }];
  });

describe('docs/conformance.md', () => {
  it('has the rows of the tool, in its order and with its words and switches', () => {
    const rows = documented.map(({ id, claim, switchName }) => ({ id, claim, switchName }));
    expect(rows).toEqual(
      ASSUMPTIONS.map(({ id, claim, switchName }) => ({
        id,
        claim,
        switchName: switchName === null ? 'none' : `\`${switchName}\``,
      })),
    );
  });

  it('says of every row that it has not been verified, or when and where it was', () => {
    for (const { id, verified } of documented) {
      expect(`${id}: ${verified ?? ''}`).toMatch(/: (not yet verified|\d{4}-\d\d-\d\d, .+)$/);
    }
  });

  it('has every switch that stands for what is not known of Google', () => {
    const known = [
      // These say how an operation goes, and stand for nothing that is unknown.
      ...['operationLengthMs', 'operationOutcome', 'operationErrorCode', 'instancesLeft'],
      'operationRecordsMs',
    ];
    const switches = Object.keys(DEFAULT_SWITCHES).filter((name) => !known.includes(name));
    const named = ASSUMPTIONS.flatMap(({ switchName }) => switchName ?? []);
    expect([...named].sort()).toEqual(switches.sort());
  });
});
