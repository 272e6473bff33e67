// The result as the container's termination message: readable in the pod's status, without exec and without Secrets.
import { writeFileSync } from 'node:fs';

/** The kubelet keeps 4096 bytes of a termination message. */
const LIMIT = 4096;

/**
 * Writes the result as one line of JSON.
 * @param {string} file
 * @param {{mode: string | null, migrated: boolean, migrationsApplied: number, seeds: 'seeded' | 'skipped' | 'off' | null,
 *   usersCount: number | null, error: string | null, exitCode: number, seconds: number}} result
 */
export function writeResult(file, result, log) {
  const error = result.error && cut(result.error, LIMIT - 512);
  try {
    writeFileSync(file, JSON.stringify({ job: 'alga-bootstrap/v1', ...result, error }));
  } catch (fault) {
    log.info(`the result could not be written to ${file}: ${fault.message}`);
  }
}

/** Cuts by bytes as JSON counts them, at a character's end. */
function cut(text, bytes) {
  let kept = text;
  while (Buffer.byteLength(JSON.stringify(kept)) > bytes) kept = kept.slice(0, Math.floor(kept.length * 0.9));
  return kept;
}
