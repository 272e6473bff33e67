import { INSTALL_PHASES } from '../model/steps/index.ts';
import type { PreflightInput, PreflightReport } from '../model/workflow-contract.ts';

import { attemptStep } from './step.ts';

/** Runs the checks of an install's first phase and nothing else. Takes where the inputs are, gives every check with its answer. */
export async function preflightAppliance(input: PreflightInput): Promise<PreflightReport> {
  const step = INSTALL_PHASES.find((phase) => phase.id === 'preflight')?.steps[0];
  if (!step) throw new Error('the phase list has no preflight');
  const attempt = await attemptStep(step, { ...input, facts: {} }).result;
  if (attempt.kind === 'blocked') {
    return { checks: attempt.facts.checks ?? [], blockers: attempt.blockers, warnings: [] };
  }
  if (attempt.kind === 'interrupted') throw new Error('a preflight is not interrupted');
  const { facts, warnings } = attempt.outcome;
  return { checks: facts?.checks ?? [], blockers: [], warnings: warnings ?? [] };
}
