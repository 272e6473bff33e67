/** One measured figure beside its promised limit (docs/decisions.md, D34). `passed` is null without one. */
export interface Figure {
  readonly name: string;
  readonly value: string;
  readonly limit: string;
  readonly passed: boolean | null;
}

/** A figure that passes up to and including its limit. */
export function atMost(name: string, value: number, limit: number, unit: string): Figure {
  const rounded = value >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
  return { name, value: `${rounded} ${unit}`, limit: `≤ ${limit} ${unit}`, passed: value <= limit };
}

/** The value below which that share of the numbers lies (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] ?? Number.NaN;
}
