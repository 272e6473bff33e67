import { CHANGEABLE, valueAt } from './inputs.ts';
import type { Input } from './inputs.ts';
import type { InputChange, InstallSpec } from './site.ts';

/**
 * The changed spec. Tags that are not named keep their values, and a switch that is turned off is omitted, as in a spec that never had
 * it.
 */
export function changedSpec(spec: InstallSpec, change: InputChange): InstallSpec {
  const { branch, imageTags, collaboration, ...rest } = change;
  const { collaboration: before, ...kept } = spec;
  return {
    ...kept,
    ...((collaboration ?? before) && { collaboration: true }),
    ...rest,
    repo: { ...spec.repo, branch: branch ?? spec.repo.branch },
    imageTags: { ...spec.imageTags, ...imageTags },
  };
}

/** The path of an input in a change: that of the spec, except for the branch, which histories have at the top level. */
export function pathInChange({ key, path }: Input): readonly string[] {
  return key === 'repo.branch' ? ['branch'] : path;
}

/** The inputs that a change sets. */
export function changedInputs(change: InputChange): Input[] {
  return CHANGEABLE.filter((input) => valueAt(change, pathInChange(input)) !== undefined);
}

/** The changeable inputs among these keys; a key that this version does not know re-runs nothing. */
export function inputsNamed(keys: readonly string[]): Input[] {
  return CHANGEABLE.filter(({ key }) => keys.includes(key));
}
