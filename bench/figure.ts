/** One measured figure beside its promised limit (docs/decisions.md, D34). `passed` is null without one. */
export interface Figure {
  readonly name: string;
  readonly value: string;
  readonly limit: string;
  readonly passed: boolean | null;
}

/** Takes a figure's name, what was measured, its limit and unit, gives the row; at most the limit passes. */
export function atMost(name: string, value: number, limit: number, unit: string): Figure {
  const rounded = value >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
  return { name, value: `${rounded} ${unit}`, limit: `≤ ${limit} ${unit}`, passed: value <= limit };
}

/** Takes numbers, gives the value below which that share of them lies (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] ?? Number.NaN;
}
