import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';

/** A failure that is told to a person as it stands: what happened, to what, and what to do next. Ends with its exit code. */
export class UserError extends Error {
  readonly exit: ExitCode;

  constructor(exit: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UserError';
    this.exit = exit;
  }
}

/** Takes what is wrong with the command line or its inputs, gives the error that ends with exit 2. */
export function usageError(message: string, options?: ErrorOptions): UserError {
  return new UserError(EXIT.usage, message, options);
}

/** What a person is told of a failure. `defect` is true when nobody foresaw it: its stack belongs into a log. */
export interface Explanation {
  readonly exit: ExitCode;
  readonly message: string;
  readonly defect: boolean;
}

/** Errors of the file system that are an answer about the operator's machine, not a defect. */
const FILE_SYSTEM: Record<string, { exit: ExitCode; message: (path: string) => string }> = {
  ENOSPC: {
    exit: EXIT.preflight,
    message: (path) => `No space is left on the disk that holds ${path}. Free some space, then run the command again.`,
  },
  EDQUOT: {
    exit: EXIT.preflight,
    message: (path) => `Your disk quota is used up (${path}). Free some space, then run the command again.`,
  },
  EACCES: { exit: EXIT.usage, message: (path) => `${path} may not be read or written by this user. ${ELSEWHERE}` },
  EPERM: { exit: EXIT.usage, message: (path) => `${path} may not be changed by this user. ${ELSEWHERE}` },
  EROFS: { exit: EXIT.usage, message: (path) => `${path} lies on a read-only file system. ${ELSEWHERE}` },
  ENOTDIR: { exit: EXIT.usage, message: (path) => `A part of the path ${path} is not a folder. ${ELSEWHERE}` },
};
const ELSEWHERE = 'Name another folder with --config-dir or ALGA_APPLIANCE_HOME.';

/** Takes anything that was thrown, gives what to tell a person and the exit code. */
export function explain(error: unknown): Explanation {
  if (error instanceof UserError) return { exit: error.exit, message: error.message, defect: false };
  if (!(error instanceof Error)) return { exit: EXIT.defect, message: String(error), defect: true };
  if (error.name === 'TemporalUnavailableError') return { exit: EXIT.missing, message: error.message, defect: false };
  if (error.name === 'WorkerFailedError') return { exit: EXIT.defect, message: error.message, defect: false };
  if (error.name === 'ProgramMissingError') return { exit: EXIT.missing, message: error.message, defect: false };
  if (error.name === 'DocumentUnreadableError') return { exit: EXIT.usage, message: error.message, defect: false };
  if (error.name === 'AbortError') return { exit: EXIT.interrupted, message: 'Interrupted.', defect: false };
  const known = 'code' in error && typeof error.code === 'string' ? FILE_SYSTEM[error.code] : undefined;
  if (known) {
    const path = 'path' in error && typeof error.path === 'string' ? error.path : 'the appliance folder';
    return { exit: known.exit, message: known.message(path), defect: false };
  }
  return { exit: EXIT.defect, message: error.message, defect: true };
}
