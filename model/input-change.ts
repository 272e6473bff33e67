import type { InputChange, InstallSpec } from './site.ts';

/** Takes a spec and what is to be otherwise, gives the changed spec. Tags that are not named keep what they were. */
export function changedSpec(spec: InstallSpec, change: InputChange): InstallSpec {
  const { branch, imageTags, ...rest } = change;
  return {
    ...spec,
    ...rest,
    repo: { ...spec.repo, branch: branch ?? spec.repo.branch },
    imageTags: { ...spec.imageTags, ...imageTags },
  };
}
