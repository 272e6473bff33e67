import type { KubernetesObject } from '../../model/snapshot.ts';

/** Label selectors as the API writes them: `a=b,c!=d,e,!f,g in (h,i)`. */
export function fitsLabels(object: KubernetesObject, selector: string | undefined): boolean {
  if (!selector) return true;
  const labels = object.metadata.labels ?? {};
  return selector.split(/,(?![^(]*\))/).every((part) => fitsRequirement(labels, part.trim()));
}

function fitsRequirement(labels: Record<string, string>, requirement: string): boolean {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(requirement);
  if (set) {
    const [, key = '', operator, values = ''] = set;
    const value = labels[key];
    const isIn = value !== undefined && values.split(',').some((one) => one.trim() === value);
    return operator === 'in' ? isIn : !isIn;
  }
  const equality = /^([^!=]+)(!=|==|=)(.*)$/.exec(requirement);
  if (equality) {
    const [, key = '', operator, value] = equality;
    return (labels[key.trim()] === value?.trim()) === (operator !== '!=');
  }
  return requirement.startsWith('!') ? !(requirement.slice(1) in labels) : requirement in labels;
}

/** Field selectors as the API writes them: `metadata.name=x,status.phase!=Running`. */
export function fitsFields(object: KubernetesObject, selector: string | undefined): boolean {
  if (!selector) return true;
  return selector.split(',').every((part) => {
    const [, path = '', operator, value = ''] = /^([^!=]+)(!=|==|=)(.*)$/.exec(part.trim()) ?? [];
    const found = fieldAt(object, path);
    const text =
      typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean' ? String(found) : '';
    return (text === value) === (operator !== '!=');
  });
}

function fieldAt(object: KubernetesObject, path: string): unknown {
  let at: unknown = object;
  for (const name of path.split('.')) {
    at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined;
  }
  return at;
}
