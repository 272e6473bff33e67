import { execa } from 'execa';
import { redact } from '../../redaction/index.ts';
import type { TalosAnswer } from '../../model/snapshot.ts';
import { TalosError } from '../ports/talos.ts';
import { faultIn, insecureFault } from './talosctl-faults.ts';

const LONGEST_TEXT = 4_000;
const LONGEST_OUTPUT_BYTES = 32 * 1_048_576;

export interface TalosctlCall {
  /** Never a secret: an argument list is readable by every user of the machine. */
  readonly args: readonly string[];
  readonly timeoutMs: number;
  /** stdout holds key material: it is given to the caller and kept nowhere. */
  readonly secretOutput?: boolean;
}

export interface TalosctlRunner {
  /** Gives stdout. Throws TalosError, or the signal's reason. */
  run(call: TalosctlCall, signal: AbortSignal): Promise<string>;
}

/**
 * talosctl runs with an environment of its own: an exported TALOSCONFIG or KUBECONFIG never chooses a node, and no
 * proxy is used between this machine and the node.
 */
export function talosctlRunner(findProgram: (signal: AbortSignal) => Promise<string>): TalosctlRunner {
  return {
    run: async (call, signal) => {
      const command = `talosctl ${call.args.join(' ')}`;
      const program = await findProgram(signal).catch((error: unknown) => {
        signal.throwIfAborted();
        throw toolMissing(command, error);
      });
      const result = await execa(program, call.args, {
        reject: false,
        stdin: 'ignore',
        extendEnv: false,
        env: { HOME: '/nonexistent', LC_ALL: 'C', PATH: '/usr/bin:/bin' },
        timeout: call.timeoutMs,
        cancelSignal: signal,
        maxBuffer: LONGEST_OUTPUT_BYTES,
        stripFinalNewline: false,
      });
      signal.throwIfAborted();
      const { stdout, stderr } = result;
      if (!result.failed) return stdout;
      if (result.exitCode === undefined && !result.timedOut && result.signal === undefined) {
        throw toolMissing(command, result.originalMessage ?? result.shortMessage);
      }
      const said = result.timedOut ? `${stderr}\nno answer within ${call.timeoutMs / 1000} s` : stderr;
      const answer = answerOf(command, result.exitCode ?? null, call.secretOutput ? '' : stdout, said.trim());
      const fault = result.timedOut ? 'timeout' : faultIn(stderr);
      throw new TalosError(call.args.includes('--insecure') ? insecureFault(fault) : fault, answer);
    },
  };
}

function answerOf(command: string, exitCode: number | null, stdout: string, stderr: string): TalosAnswer {
  return { command, exitCode, stdout: brief(stdout), stderr: brief(stderr) };
}

function brief(text: string): string {
  const clean = redact(text);
  return clean.length > LONGEST_TEXT ? `${clean.slice(0, LONGEST_TEXT)}…` : clean;
}

function toolMissing(command: string, error: unknown): TalosError {
  const reason = error instanceof Error ? error.message : String(error);
  return new TalosError('tool-missing', { command, exitCode: null, stdout: '', stderr: reason });
}
