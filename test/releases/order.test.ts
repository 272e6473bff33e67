import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RELEASE_VERSION } from '../../model/release.ts';
import { compareReleaseVersions } from '../../model/release-order.ts';

describe('order', () => {
  test('prereleases come before their release, and rc5 before rc10', () => {
    const versions = [
      '1.0',
      '1.0-rc10',
      '0.9.9',
      '1.0-rc5.1',
      '1.0.1',
      '1.10',
      '1.0-rc5',
      '1.2',
      '1.0-nightly',
      '1.0.1-rc1',
      '1.0-beta_2',
    ];
    expect(versions.toSorted(compareReleaseVersions)).toEqual([
      '0.9.9',
      '1.0-beta_2',
      '1.0-nightly',
      '1.0-rc5',
      '1.0-rc5.1',
      '1.0-rc10',
      '1.0',
      '1.0.1-rc1',
      '1.0.1',
      '1.2',
      '1.10',
    ]);
  });

  const version = fc.stringMatching(RELEASE_VERSION);
  const sign = (one: string, other: string) => Math.sign(compareReleaseVersions(one, other));

  const whole = fc.bigInt({ min: 0n, max: 10n ** 30n });

  test('of prereleases is that of their numbers, however long, and all come before the release', () => {
    fc.assert(
      fc.property(whole, whole, whole, whole, (major, minor, one, other) => {
        const release = `${major}.${minor}`;
        const way = Number(one > other) - Number(one < other);
        expect(sign(`${release}-rc${one}`, `${release}-rc${other}`)).toBe(way);
        expect(sign(`${release}.${one}`, `${release}.${other}`)).toBe(way);
        expect(sign(`${release}.${one}-rc${other}`, `${release}.${one}`)).toBe(-1);
        expect(sign(`${release}.${one}`, `${release}.${one + 1n}-rc${other}`)).toBe(-1);
      }),
    );
  });

  test('is total over every version that the contract allows', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(sign(a, b) + sign(b, a)).toBe(0);
        expect(sign(a, b) === 0).toBe(a === b);
        if (sign(a, b) <= 0 && sign(b, c) <= 0) expect(sign(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });
});
