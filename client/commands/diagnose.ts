import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { z } from 'zod';
import { diagnose } from '../../diagnosis/index.ts';
import type { Diagnosis } from '../../diagnosis/index.ts';
import { snapshot as snapshotSchema } from '../../model/snapshot.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { usageError } from '../failure.ts';
import { lookAt, progressOf } from '../observe.ts';
import { switchOption, textOption } from '../options.ts';
import { explanationLines } from '../render/explanation.ts';
import { statusLines } from '../render/status.ts';

/** `diagnose`: the causes, from the cluster or from a snapshot that somebody sent. */
export async function run(context: CommandContext): Promise<number> {
  const from = textOption(context.options, 'from');
  const now = context.services.clock.now();
  const diagnosis = from === undefined ? await ofSite(context) : diagnose(await readSnapshot(context, from), { now });
  const { status, graph } = diagnosis;
  if (switchOption(context.options, 'explain')) {
    await context.give({ status, graph }, () => [
      ...statusLines(context.style, status, now),
      '',
      ...explanationLines(context.style, graph),
    ]);
  } else {
    await context.give(status, () => statusLines(context.style, status, now));
  }
  return status.rollup.state === 'failed_action_required' ? EXIT.blocked : EXIT.done;
}

async function ofSite(context: CommandContext): Promise<Diagnosis> {
  const site = await context.site();
  const { snapshot, install } = await lookAt(context, site);
  return diagnose(snapshot, {
    now: context.services.clock.now(),
    release: site.record?.spec.release ?? null,
    install: progressOf(install),
  });
}

/** Takes a file, a folder with a snapshot.json, or "-", gives the snapshot. Throws a usage error that says what it is not. */
async function readSnapshot({ io }: CommandContext, from: string): Promise<Snapshot> {
  const path = resolve(io.cwd, from);
  const text = from === '-' ? await readAll(io.stdin) : await readText(path);
  const parsed = snapshotSchema.safeParse(parseJson(text, from));
  if (parsed.success) return parsed.data;
  throw usageError(`--from ${from} is not a snapshot of an appliance:\n${z.prettifyError(parsed.error)}`);
}

async function readText(path: string): Promise<string> {
  try {
    const isFolder = (await stat(path)).isDirectory();
    return await readFile(isFolder ? join(path, 'snapshot.json') : path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw usageError(`--from ${path} cannot be read (${reason})`, { cause: error });
  }
}

function parseJson(text: string, from: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usageError(`--from ${from} is not JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
