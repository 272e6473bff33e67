/** As people write them: `40 s`, `12 min`, `3 h`, `2 d`. */
export function inWords(ms: number): string {
  const units = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
  ] as const;
  const [size, unit] = units.find(([each]) => ms >= 2 * each) ?? [1_000, 's'];
  return `${Math.round(ms / size)} ${unit}`;
}
