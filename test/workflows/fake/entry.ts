/** What is bundled for a play: the workflows as they are, and the stand-in that they were bundled with. */
export { installAppliance } from '../../../workflows/index.ts';
export { ApplicationFailure, CancelledFailure, Run, TimeoutFailure } from './temporal.ts';
