import { STEPS } from '../model/steps/index.ts';
import type { StepName } from '../model/steps/index.ts';
import { phaseActivity } from './phase-activity.ts';
import type { PhaseActivity } from './phase-activity.ts';
import type { Ports } from './ports/index.ts';
import { STEP_RUNS } from './steps.ts';

export type Activities = Record<StepName, PhaseActivity>;

/** The steps of all phases, by the names in histories. A name here is never changed or reused. */
export function createActivities(ports: Ports): Activities;
export function createActivities(ports: Ports): Record<string, PhaseActivity> {
  return Object.fromEntries(
    STEPS.map(({ step: { name, onlyLooks } }) => [
      name,
      phaseActivity(ports, STEP_RUNS[name], onlyLooks ? 'looks' : 'acts'),
    ]),
  );
}
