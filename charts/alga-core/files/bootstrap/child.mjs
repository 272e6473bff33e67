// Runs one of the image's own programs, its output line by line in our log.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { CHILD_SESSION } from './postgres.mjs';
import { Stop, EXIT } from './stop.mjs';

const KEEP = 200;
const TELLING = [/failed with error/i, /^\W*(\w*error|fatal)\b/i, /error:/i];
/** Only the program that needs one of these is given it, by its own `env`. */
const NOT_INHERITED = { INITIAL_ADMIN_PASSWORD: undefined, LICENSE_TOKEN: undefined };

/**
 * Runs `node <args>` and waits for its end.
 * @param {{name: string, args: string[], cwd: string, env?: Record<string, string>, signal: AbortSignal, failure?: RegExp}} what
 *   `failure` is how it says that it did nothing, although it ends with 0
 * @throws {Stop} with EXIT.step and the line that tells most, when it does not end with 0 or said that it did nothing
 */
export async function runNode(what, log) {
  let failed;
  const child = spawn(process.execPath, what.args, {
    cwd: what.cwd,
    env: { ...process.env, ...NOT_INHERITED, PGAPPNAME: CHILD_SESSION, FORCE_COLOR: '0', NO_COLOR: '1', ...what.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: what.signal,
    killSignal: 'SIGKILL',
  });
  const lines = [];
  const read = async (stream) => {
    for await (const line of createInterface({ input: stream })) {
      log.child(what.name, line);
      lines.push(log.redact(line));
      if (what.failure?.test(line)) failed ??= line;
      if (lines.length > KEEP) lines.shift();
    }
  };
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  const [how] = await Promise.all([ended, read(child.stdout), read(child.stderr)]);
  if (how !== 0) throw new Stop(EXIT.step, `${what.name} ended with ${how}: ${tellingLine(lines)}`);
  if (failed !== undefined) throw new Stop(EXIT.step, `${what.name} did nothing: ${log.redact(failed).trim()}`);
}

/** The line of a program's last output that says what went wrong. */
export function tellingLine(lines) {
  for (const pattern of TELLING) {
    const line = lines.findLast((candidate) => pattern.test(candidate) && !/^\s+at /.test(candidate));
    if (line) return line.trim();
  }
  return lines.findLast((line) => line.trim() !== '')?.trim() ?? 'it printed nothing';
}
