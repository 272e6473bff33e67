/** No document and no object of Kubernetes nests nearly as deep; what walks one recursively has enough stack for it. */
export const MOST_LEVELS = 500;

/** Whether a value out of JSON nests deeper than that. Does not recurse itself. */
export function isTooDeep(value: unknown): boolean {
  const left: { readonly at: unknown; readonly level: number }[] = [{ at: value, level: 1 }];
  for (let next = left.pop(); next; next = left.pop()) {
    const { at, level } = next;
    if (at === null || typeof at !== 'object') continue;
    if (level > MOST_LEVELS) return true;
    for (const inner of Object.values(at)) left.push({ at: inner, level: level + 1 });
  }
  return false;
}
