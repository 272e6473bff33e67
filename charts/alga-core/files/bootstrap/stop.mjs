// Why a run ends early, and the exit code that says so. The Job's podFailurePolicy ends the Job at once on the first
// group and tries again on the second: trying again cannot mend a wrong password.

export const EXIT = {
  unexpected: 1,
  credentials: 10,
  existingData: 11,
  configuration: 12,
  unreachable: 20,
  locked: 21,
  step: 22,
};

/** A run that cannot go on, for a reason that can be told in one sentence. */
export class Stop extends Error {
  /** @param {number} exitCode one of EXIT @param {string} message what happened, to what, and what to do next */
  constructor(exitCode, message) {
    super(message);
    this.exitCode = exitCode;
  }
}
