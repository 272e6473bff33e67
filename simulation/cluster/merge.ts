type Fields = Record<string, unknown>;

function isMap(value: unknown): value is Fields {
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
 * what it applied before and leaves out now is taken away. Lists are taken as a whole; nobody else's fields are in the way.
 */
export function applyMerge(target: unknown, before: unknown, applied: unknown): unknown {
  if (!isMap(applied)) return applied;
  const merged: Fields = isMap(target) ? { ...target } : {};
  if (isMap(before)) {
    for (const key of Object.keys(before)) if (!(key in applied)) delete merged[key];
  }
  for (const [key, value] of Object.entries(applied)) {
    merged[key] = applyMerge(merged[key], isMap(before) ? before[key] : undefined, value);
  }
  return merged;
}
