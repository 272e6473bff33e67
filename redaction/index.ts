/** The one door of redaction: texts and structures from outside, without their secrets. */
export { withoutColours } from './controls.ts';
export { redact } from './redact.ts';
export { withoutSecrets } from './without-secrets.ts';
