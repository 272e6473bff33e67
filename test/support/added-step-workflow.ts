import { STEPS } from '../../model/steps/index.ts';

export * from '../../workflows/index.ts';

/** The workflow of a client that knows one more step, in the middle: before `installFlux`. */
const at = STEPS.findIndex(({ step }) => step.name === 'installFlux');
const phase = STEPS[at]?.phase ?? { steps: [] };
const step = { name: 'addedStep', title: 'a step that is new', profile: 'quick', added: 'addedStep' };
(STEPS as unknown[]).splice(at, 0, { phase, step });
(phase.steps as unknown[]).unshift(step);
