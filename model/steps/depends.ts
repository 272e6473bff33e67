import type { InputKey } from '../inputs.ts';
import { VENDOR_IMAGES } from '../appliance.ts';

/** The inputs that choose which software runs: what was waited for with others is not what was asked for now. */
export const SOFTWARE: readonly InputKey[] = [
  'repo.branch',
  'collaboration',
  'collaborationImage',
  ...VENDOR_IMAGES.map((key): InputKey => `imageTags.${key}`),
];

/** The source of what the waits for the appliance warn of: they look at one picture of it, and each tells all of it. */
export const PICTURE = 'appliance';
