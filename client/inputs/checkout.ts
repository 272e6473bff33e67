import { ExecaError, execa } from 'execa';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError } from '../terminal/failure.ts';

const GIT_TIMEOUT_MS = 10_000;

/** The operator's Git checkout: what Flux would follow, and what the remote does not have yet. */
export interface Checkout {
  /** Null when no branch is checked out (a detached HEAD). */
  readonly branch: string | null;
  readonly revision: string;
  readonly originUrl: string | null;
  readonly uncommittedFiles: number;
  /** Null when the branch tracks no remote branch: unknown then. */
  readonly unpushedCommits: number | null;
}

/** The checkout that the folder belongs to; null if there is none. Throws a UserError when git cannot be run. */
export async function inspectCheckout(cwd: string, signal: AbortSignal): Promise<Checkout | null> {
  const git = async (...args: string[]): Promise<string | null> => {
    try {
      const { stdout } = await execa('git', args, { cwd, timeout: GIT_TIMEOUT_MS, cancelSignal: signal });
      return stdout.trim();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ExecaError && error.exitCode !== undefined) return null;
      throw new UserError(
        EXIT.missing,
        `Cannot run git: ${String(error)}. Install git, or name the branch with --repo-branch.`,
      );
    }
  };
  const revision = await git('rev-parse', 'HEAD');
  if (revision === null) return null;
  const [branch, originUrl, changes, ahead] = await Promise.all([
    git('symbolic-ref', '--short', '--quiet', 'HEAD'),
    git('remote', 'get-url', 'origin'),
    git('status', '--porcelain'),
    git('rev-list', '--count', '@{upstream}..HEAD'),
  ]);
  return {
    branch,
    revision,
    originUrl,
    uncommittedFiles: (changes ?? '').split('\n').filter((line) => line !== '').length,
    unpushedCommits: ahead === null ? null : Number(ahead),
  };
}
