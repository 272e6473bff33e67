import { sleep } from '@temporalio/workflow';
import { INSTALL_PHASES } from '../model/steps/index.ts';
import { preflightInput } from '../model/workflow-contract.ts';
import type { PreflightInput, PreflightReport } from '../model/workflow-contract.ts';

import { checkedInput } from './refusals.ts';
import { attemptStep, lostRestMs } from './step.ts';

/** Runs the checks of an install's first phase and nothing else. Takes where the inputs are, gives every check with its answer. */
export async function preflightAppliance(input: PreflightInput): Promise<PreflightReport> {
  checkedInput(preflightInput, input);
  const step = INSTALL_PHASES.find((phase) => phase.id === 'preflight')?.steps[0];
  if (!step) throw new Error('the phase list contains no preflight');
  let attempt = await attemptStep(step, { ...input, facts: {} }).result;
  for (let lost = 1; attempt.kind === 'lost'; lost += 1) {
    await sleep(lostRestMs(lost));
    attempt = await attemptStep(step, { ...input, facts: {} }).result;
  }
  if (attempt.kind === 'blocked') {
    return { checks: attempt.facts.checks ?? [], blockers: attempt.blockers, warnings: [] };
  }
  if (attempt.kind === 'interrupted') throw new Error('a preflight is not interrupted');
  const { facts, warnings } = attempt.outcome;
  return { checks: facts?.checks ?? [], blockers: [], warnings: warnings ?? [] };
}
