/** What is bundled for a play: the workflows and what the appliance goes by, and the stand-in that they were bundled with. */
export { installAppliance } from '../../../workflows/index.ts';
export { isNewer } from '../../../model/carried-install.ts';
export { bootstrapModeFor } from '../../../activities/phases/release/selection.ts';
export { ApplicationFailure, CancelledFailure, Run, TimeoutFailure } from './temporal.ts';
