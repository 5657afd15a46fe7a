import { expect, it } from '@jest/globals';
import { describeWith } from '../../support/peers.ts';
import { get, partsOf, sopInstanceUidsIn, store, STORED_BYTES } from './client.ts';
import { corpus } from './corpus-files.ts';
import { describeTargets } from './targets.ts';

describeWith(corpus, 'real files', (files) => {
  describeTargets('DICOMweb round trip', (target) => {
    it.each(files)(
      'stores $path and gives it back byte for byte',
      async ({ study, series, instance, read }) => {
        const bytes = read();
        const answer = await store(target(), [bytes]);
        expect(answer.status).toBe(200);
        expect(sopInstanceUidsIn(answer, '00081199')).toEqual([instance]);
        const path = `/studies/${study}/series/${series}/instances/${instance}`;
        expect(partsOf(await get(target(), path, STORED_BYTES)).map((part) => part.equals(bytes))).toEqual([
          true,
        ]);
      },
    );
  });
});
