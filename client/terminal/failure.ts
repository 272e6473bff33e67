import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';

/** A failure that is shown to a person as it is: what happened, to what, and what to do next. Ends with its exit code. */
export class UserError extends Error {
  readonly exit: ExitCode;

  /** The message as data, if it names commands: it is written out where it is shown (model/advice.ts). */
  readonly advice: readonly unknown[] | undefined;

  constructor(
    exit: ExitCode,
    message: string,
    { advice, ...options }: ErrorOptions & { readonly advice?: readonly unknown[] } = {},
  ) {
    super(message, options);
    this.name = 'UserError';
    this.exit = exit;
    this.advice = advice;
  }
}

/** An error of the command line or its inputs, which ends with exit 2. */
export function usageError(message: string, options?: ErrorOptions): UserError {
  return new UserError(EXIT.usage, message, options);
}

/** How a failure is shown to a person. `defect` is true when it was not foreseen: its stack belongs in a log. */
export interface Explanation {
  readonly exit: ExitCode;
  readonly message: string;
  readonly defect: boolean;
  /** The message as data, if it names commands. */
  readonly advice?: readonly unknown[];
}

/** Errors of the file system that come from the operator's machine, and are no defect. */
const FILE_SYSTEM: Record<string, { exit: ExitCode; message: (path: string) => string }> = {
  ENOSPC: {
    exit: EXIT.preflight,
    message: (path) => `No space left on the disk that holds ${path}. Free some space, then run the command again.`,
  },
  EDQUOT: {
    exit: EXIT.preflight,
    message: (path) => `Your disk quota is used up (${path}). Free some space, then run the command again.`,
  },
  EFBIG: {
    exit: EXIT.preflight,
    message: (path) =>
      `${path} would be larger than this user or its file system allows (\`ulimit -f\`). Raise the limit.`,
  },
  EACCES: { exit: EXIT.usage, message: (path) => `This user may not read or write ${path}. ${ELSEWHERE}` },
  EPERM: { exit: EXIT.usage, message: (path) => `This user may not change ${path}. ${ELSEWHERE}` },
  EROFS: { exit: EXIT.usage, message: (path) => `${path} is on a read-only file system. ${ELSEWHERE}` },
  ENOTDIR: { exit: EXIT.usage, message: (path) => `A part of the path ${path} is not a folder. ${ELSEWHERE}` },
};
const ELSEWHERE = 'Choose another folder with --config-dir or ALGA_APPLIANCE_HOME.';

/** How to show anything that was thrown, and its exit code. */
export function explain(error: unknown): Explanation {
  const explained = explainedAs(error);
  const advice = error instanceof Error && 'advice' in error ? error.advice : undefined;
  return Array.isArray(advice) ? { ...explained, advice } : explained;
}

function explainedAs(error: unknown): Explanation {
  if (error instanceof UserError) return { exit: error.exit, message: error.message, defect: false };
  if (!(error instanceof Error)) return { exit: EXIT.defect, message: String(error), defect: true };
  if (error.name === 'TemporalUnavailableError') return { exit: EXIT.missing, message: error.message, defect: false };
  if (error.name === 'PayloadKeyError') return { exit: EXIT.blocked, message: error.message, defect: false };
  if (error.name === 'WorkerFailedError') return { exit: EXIT.defect, message: error.message, defect: false };
  if (error.name === 'ProgramMissingError') return { exit: EXIT.missing, message: error.message, defect: false };
  if (error.name === 'NotReadableFileError' || error.name === 'ServiceSettingError')
    return { exit: EXIT.usage, message: error.message, defect: false };
  if (error.name === 'DocumentUnreadableError') return { exit: EXIT.usage, message: error.message, defect: false };
  if (error.name === 'AbortError') return { exit: EXIT.interrupted, message: 'Interrupted.', defect: false };
  const known = 'code' in error && typeof error.code === 'string' ? FILE_SYSTEM[error.code] : undefined;
  if (known) {
    const path = 'path' in error && typeof error.path === 'string' ? error.path : 'the appliance folder';
    return { exit: known.exit, message: known.message(path), defect: false };
  }
  return { exit: EXIT.defect, message: error.message, defect: true };
}
