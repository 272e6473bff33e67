/** What every exit code of the client means; the one table (docs/decisions.md, D21). */
export const EXIT = {
  done: 0,
  /** Unexpected: a defect of the client. The message says where the log is. */
  defect: 1,
  /** Wrong usage or input. */
  usage: 2,
  /** A preflight check failed; nothing was touched. */
  preflight: 3,
  /** A person must act; the blocker is printed. */
  blocked: 4,
  /** A time-out that the caller set has passed. */
  timeout: 5,
  /** Another operator holds this site, or the running install has another spec. */
  held: 6,
  /** A needed tool or service is missing. */
  missing: 7,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
