import { background, bootstrap, core, finish, login, statusPage } from './appliance.ts';
import { gitops } from './gitops.ts';
import { host } from './host.ts';
import { identity } from './identity.ts';
import { preflight } from './preflight.ts';
import { release } from './release.ts';
import type { StepDescription } from './step.ts';
import { storage } from './storage.ts';

export { PICTURE } from './depends.ts';
export type { ProfileName } from './step.ts';

const PHASES_WITH_STEPS = [
  preflight,
  host,
  storage,
  gitops,
  identity,
  release,
  statusPage,
  core,
  bootstrap,
  login,
  background,
  finish,
] as const;

/** The activities' names. */
export type StepName = (typeof PHASES_WITH_STEPS)[number]['steps'][number]['name'];

export interface Step extends StepDescription {
  readonly name: StepName;
}

export interface Phase {
  readonly id: (typeof PHASES_WITH_STEPS)[number]['id'];
  readonly steps: readonly Step[];
}

/** The steps of one install, in order: what the workflow runs, `plan` prints and `cancel` reports as left behind. */
export const INSTALL_PHASES: readonly Phase[] = PHASES_WITH_STEPS;

/** Every step in order, with its phase. */
export const STEPS: readonly { readonly phase: Phase; readonly step: Step }[] = INSTALL_PHASES.flatMap((phase) =>
  phase.steps.map((step) => ({ phase, step })),
);
