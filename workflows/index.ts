/** The workflows that a worker registers; their names stand in histories. */
export { installAppliance } from './install-appliance.ts';
export { preflightAppliance } from './preflight-appliance.ts';
