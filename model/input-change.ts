import { CHANGEABLE, valueAt } from './inputs.ts';
import type { Input } from './inputs.ts';
import type { InputChange, InstallSpec } from './site.ts';

/**
 * Takes a spec and what is to be otherwise, gives the changed spec. Tags that are not named keep what they were, and a switch
 * that is turned off is left out, as in a spec that never had it.
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

/** Where an input stands in a change: where it stands in the spec, but for the branch, which histories have by itself. */
export function pathInChange({ key, path }: Input): readonly string[] {
  return key === 'repo.branch' ? ['branch'] : path;
}

/** Takes a change, gives the inputs that it is about. */
export function changedInputs(change: InputChange): Input[] {
  return CHANGEABLE.filter((input) => valueAt(change, pathInChange(input)) !== undefined);
}

/** Takes keys of rows, gives the changeable inputs among them; a key that this version does not know re-runs nothing. */
export function inputsNamed(keys: readonly string[]): Input[] {
  return CHANGEABLE.filter(({ key }) => keys.includes(key));
}
