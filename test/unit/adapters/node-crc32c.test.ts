import { describe, expect, it } from '@jest/globals';
import { crc32c } from '../../../src/adapters/node-crc32c.ts';

describe('crc32c', () => {
  // The check value of CRC-32C in the catalogue of parametrised CRC algorithms, and the test vectors of RFC 3720 B.4.
  it.each([
    ['the digits 1 to 9', Buffer.from('123456789'), 0xe3069283],
    ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
    ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
    ['0 to 31', Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e],
    ['nothing', Buffer.alloc(0), 0],
  ])('of %s is as published', (_name, bytes, checksum) => {
    expect(crc32c(bytes, 0)).toBe(checksum);
  });

  it('is the same in one block and in several', () => {
    const first = crc32c(Buffer.from('1234'), 0);
    expect(crc32c(Buffer.from('56789'), first)).toBe(0xe3069283);
  });
});
