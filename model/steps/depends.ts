import type { InputKey } from '../inputs.ts';
import { VENDOR_IMAGES } from '../appliance.ts';

/** The inputs that choose the software: a wait that ended with other values must run again. */
export const SOFTWARE: readonly InputKey[] = [
  'repo.branch',
  'collaboration',
  'collaborationImage',
  ...VENDOR_IMAGES.map((key): InputKey => `imageTags.${key}`),
];

/** The source of the warnings of all waits for the appliance: each of them reports the whole of it. */
export const PICTURE = 'appliance';
