/** The one door of the status: from what was read to the document that everybody shows. */
export { readingOf, statusOf, type Reading } from './status-of.ts';
export type { InstallReading, NewReading, NothingNew } from './inputs.ts';
