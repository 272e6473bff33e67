import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { publish } from '../cache.ts';
import type { FoundBy, StepContext, StepOutcome } from '../context.ts';
import { takeLock } from '../../system/lock.ts';
import { cacheFault, isExecutable, ownVersionRefusal } from '../look.ts';
import { ProgramMissingError } from '../missing.ts';
import type { Program } from '../program.ts';
import { titleOf } from '../program.ts';
import { duration, withProgress } from '../progress.ts';
import { judge } from '../version.ts';

/** Where something is built, and how its progress is reported. */
export interface Making {
  /** As in an attempt. */
  readonly place: string;
  /** Folder relative to the cache. */
  readonly key: string;
  readonly foundBy: FoundBy;
}

/**
 * Makes a program's cache folder, unless another process does so at this moment: then it waits for that one and takes
 * what it made. A program that does not run here, or is of another version, is not kept.
 * @param fill puts the executable into the folder it is given
 * @returns what was tried when `fill` fails; only an abort is thrown
 */
export async function makeInCache(
  program: Program,
  context: StepContext,
  making: Making,
  fill: (folder: string) => Promise<void>,
): Promise<StepOutcome> {
  const refusal = ownVersionRefusal(program, context);
  if (refusal !== undefined) return { tried: [{ place: making.place, reason: refusal }] };
  const target = path.join(context.cacheRoot, making.key);
  const file = path.join(target, program.executable);
  try {
    await mkdir(context.cacheRoot, { recursive: true, mode: 0o700 });
    const giveBack = await waitForTurn(program, context, `${target}.lock`);
    try {
      if ((await isExecutable(file)) && (await cacheFault(program, target, context)) === null)
        return { tried: [], found: { path: file, version: program.version, foundBy: 'cache' } };
      await publish(target, async (folder) => {
        await fill(folder);
        const verdict = await judge(program, path.join(folder, program.executable), context);
        if (!verdict.ok) throw new Error(`the result ${verdict.reason}`);
      });
    } finally {
      await giveBack();
    }
    return { tried: [], found: { path: file, version: program.version, foundBy: making.foundBy } };
  } catch (error) {
    context.signal?.throwIfAborted();
    if (error instanceof ProgramMissingError) throw error;
    return { tried: [{ place: making.place, reason: error instanceof Error ? error.message : String(error) }] };
  }
}

/** The lock on a cache folder; if another process holds it, that is reported at once and then regularly. */
async function waitForTurn(program: Program, context: StepContext, lock: string): Promise<() => Promise<void>> {
  const { onProgress, signal } = context;
  let holder = 'another process';
  return withProgress(
    onProgress,
    (elapsed) => `${titleOf(program)}: ${holder} is still creating it; waiting for ${duration(elapsed)}`,
    () =>
      takeLock(lock, {
        signal,
        onWait: (who) => {
          if (who !== undefined) holder = `process ${who.pid}`;
          onProgress?.(`${titleOf(program)}: ${holder} is creating it; waiting`);
        },
      }),
  );
}
