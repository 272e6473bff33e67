type Fields = Record<string, unknown>;

export function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON merge patch (RFC 7386): maps are merged, null takes away, anything else takes the place of what was there. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const merged: Fields = isMap(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

/**
 * Server-side apply, as far as the installer can tell the difference: what a manager applies is merged into the object, and
 * what it applied before and leaves out now is taken away, unless one of the others wrote it, too. Lists are taken as a whole.
 */
export function applyMerge(target: unknown, before: unknown, applied: unknown, others: readonly unknown[]): unknown {
  if (!isMap(applied)) return applied;
  const merged: Fields = isMap(target) ? { ...target } : {};
  const beside = (key: string) =>
    others.filter((other) => isMap(other) && key in other).map((other) => valueIn(other, key));
  for (const [key, value] of Object.entries(isMap(before) ? before : {})) {
    if (key in applied) continue;
    if (beside(key).length === 0) delete merged[key];
    else if (isMap(value)) merged[key] = applyMerge(merged[key], value, {}, beside(key));
  }
  for (const [key, value] of Object.entries(applied)) {
    merged[key] = applyMerge(merged[key], valueIn(before, key), value, beside(key));
  }
  return merged;
}

function valueIn(fields: unknown, key: string): unknown {
  return isMap(fields) ? fields[key] : undefined;
}
