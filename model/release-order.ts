/** Numbers and words of a version, and those of its prerelease: 1.0-rc5.1 → [1, 0, 0] and ['rc', 5, 1]. */
interface Parts {
  readonly numbers: readonly bigint[];
  /** Empty when it is no prerelease. */
  readonly prerelease: readonly (bigint | string)[];
}

/**
 * Orders versions as releases follow one another: a prerelease before its release, rc5 before rc10, 1.0 like 1.0.0. The rules
 * are semver's, but that digits are split from letters, because semver compares `rc10` and `rc5` as words, and that a number may
 * be of any length. Negative when `one` is older. Versions that mean the same are ordered by their text, so that the order is total.
 */
export function compareReleaseVersions(one: string, other: string): number {
  const [a, b] = [parse(one), parse(other)];
  return compareLists(a.numbers, b.numbers) || comparePrereleases(a, b) || (one < other ? -1 : Number(one > other));
}

function parse(version: string): Parts {
  const [numbers = '', ...rest] = version.split('-');
  const identifiers = rest.join('-').match(/\d+|[A-Za-z]+/g) ?? [];
  return {
    numbers: [...numbers.split('.'), '0', '0'].slice(0, 3).map(BigInt),
    prerelease: identifiers.map((part) => (/^\d/.test(part) ? BigInt(part) : part)),
  };
}

function comparePrereleases({ prerelease: one }: Parts, { prerelease: other }: Parts): number {
  if (one.length === 0 || other.length === 0) return Math.sign(other.length) - Math.sign(one.length);
  return compareLists(one, other);
}

/** Item by item; of two that begin the same the longer one is the greater. */
function compareLists(one: readonly (bigint | string)[], other: readonly (bigint | string)[]): number {
  for (const [index, item] of one.entries()) {
    const counterpart = other[index];
    if (counterpart === undefined) return 1;
    if (item !== counterpart) return isBefore(item, counterpart) ? -1 : 1;
  }
  return one.length - other.length;
}

/** Numbers come before words, as in semver. */
function isBefore(one: bigint | string, other: bigint | string): boolean {
  if (typeof one !== typeof other) return typeof one === 'bigint';
  return one < other;
}
