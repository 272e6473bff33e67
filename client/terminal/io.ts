import { isatty } from 'node:tty';
import type { Readable, Writable } from 'node:stream';

/** Everything that the client reads from and writes to: a test brings its own, a process its real ones. */
export interface Io {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly stdinIsTty: boolean;
  readonly stdoutIsTty: boolean;
  readonly stderrIsTty: boolean;
  /** Width and height of the terminal; asked again at every use, because a window may be resized. */
  readonly columns: () => number;
  readonly rows: () => number;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Aborted at the first Ctrl-C (or SIGTERM, SIGHUP). What the second one does is the process's business. */
  readonly signal: AbortSignal;
}

/**
 * Whether a terminal can be redrawn: not if it reports no size, as serial consoles and terminals without a window do; there a line is
 * written for each change, as in a pipe.
 */
export function hasSize(io: Io): boolean {
  return io.columns() > 0 && io.rows() > 0;
}

/** Whether the progress on stderr is one view that is redrawn, and not a line for each change. */
export function drawsOver(io: Io): boolean {
  return io.stderrIsTty && hasSize(io);
}

const FALLBACK_COLUMNS = 100;
const FALLBACK_ROWS = 24;

/** The streams and environment of this process; `signal` is its abort signal. */
export function processIo(signal: AbortSignal): Io {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    stdinIsTty: isatty(0),
    stdoutIsTty: isatty(1),
    stderrIsTty: isatty(2),
    columns: () => process.stderr.columns ?? process.stdout.columns ?? FALLBACK_COLUMNS,
    rows: () => process.stderr.rows ?? process.stdout.rows ?? FALLBACK_ROWS,
    env: process.env,
    cwd: process.cwd(),
    signal,
  };
}
