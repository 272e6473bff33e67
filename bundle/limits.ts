/** Names of the two files that say what the others are. */
export const INDEX = 'index.json';
export const CHECKSUMS = 'SHA256SUMS';

const MIB = 1024 * 1024;

/** What a bundle has at most: it is written within these, and one beyond them is refused. */
export const BUNDLE_LIMITS = {
  entries: 500,
  /** Of one file, unpacked. A snapshot of 300 pods and 3,000 events has about 8 MiB. */
  fileBytes: 32 * MIB,
  /** Of all files together, unpacked. */
  totalBytes: 96 * MIB,
  /** Of the archive as it lies on a disk. */
  archiveBytes: 32 * MIB,
} as const;
