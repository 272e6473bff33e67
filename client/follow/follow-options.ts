import { usageError } from '../terminal/failure.ts';
import type { Flag, FlagValues } from '../terminal/flags.ts';
import { parseDuration } from '../terminal/options.ts';
import type { FollowOptions } from './follow.ts';

/** Flags of every command that follows an install. */
export const FOLLOW = [
  { flags: '--until <event>', help: 'stop following at "login" or "complete" (default: complete)' },
  { flags: '--exit-on-block', help: 'exit with code 4 as soon as the install is blocked' },
  { flags: '--timeout <duration>', help: 'stop following after this time, such as 90m, with exit code 5' },
] as const satisfies readonly Flag[];

/** When to stop following, checked. Throws a usage error. */
export function followOptions({ until = 'complete', exitOnBlock, timeout }: FlagValues<typeof FOLLOW>): FollowOptions {
  if (until !== 'login' && until !== 'complete') throw usageError(`--until "${until}": expected login or complete`);
  return {
    until,
    exitOnBlock: exitOnBlock === true,
    endOnPreflight: false,
    timeoutMs: parseDuration('--timeout', timeout),
  };
}
