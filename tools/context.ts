import type { Attempt } from './missing.ts';
import type { Platform } from './program.ts';

/** Where a resolved program came from. */
export type FoundBy = 'variable' | 'path' | 'cache' | 'download' | 'build' | 'package';

/** What every step of a resolution is given. */
export interface StepContext {
  readonly env: NodeJS.ProcessEnv;
  readonly cacheRoot: string;
  /** Undefined on a platform for which nothing is published or built. */
  readonly platform: Platform | undefined;
  /** A semver range asked for by the caller instead of the table's. */
  readonly range: string | undefined;
  readonly installPackages: boolean;
  /** False: nothing on disk is changed. */
  readonly mayMake: boolean;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((line: string) => void) | undefined;
}

/** A program that a step came up with. */
export interface Found {
  readonly path: string;
  readonly version?: string | undefined;
  readonly foundBy: FoundBy;
}

/** What a step did: the places it tried in vain, and the program when the last one had it. */
export interface StepOutcome {
  readonly tried: readonly Attempt[];
  readonly found?: Found;
}
