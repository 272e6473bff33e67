/** The one door of support bundles: an archive written and read, within bounds. */
export { BundleRefused, isArchive, readBundle } from './read.ts';
export { sha256, writeBundle } from './write.ts';
export type { BundleFile, BundleHead, Missing } from './write.ts';
