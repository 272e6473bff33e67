/** Sends a signal to a process. Throws where there is none: to the system, 0 means everything of the test's own process group. */
export function signalTo(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined || pid <= 0) throw new Error(`there is no process for ${signal}`);
  process.kill(pid, signal);
}

/** Kills a process at once. Throws where there is none. */
export function killAtOnce(pid: number | undefined): void {
  signalTo(pid, 'SIGKILL');
}
