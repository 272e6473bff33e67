import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { diagnose, readSnapshot } from '../../diagnosis/index.ts';
import type { Diagnosis } from '../../diagnosis/index.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { usageError } from '../failure.ts';
import { lookAt, progressOf } from '../observe.ts';
import { switchOption, textOption } from '../options.ts';
import { explanationLines } from '../render/explanation.ts';
import { statusLines } from '../render/status.ts';
import { typistFor } from '../typed.ts';

/** `diagnose`: the causes, from the cluster or from a snapshot that somebody sent. */
export async function run(context: CommandContext): Promise<number> {
  const from = textOption(context.options, 'from');
  const now = context.services.clock.now();
  const diagnosis =
    from === undefined ? await ofSite(context) : diagnose(await snapshotFrom(context, from, now), { now });
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
  const diagnosis = diagnose(snapshot, {
    now: context.services.clock.now(),
    release: site.record?.spec.release ?? null,
    install: progressOf(install),
  });
  return { ...diagnosis, status: typistFor(context, site).status(diagnosis.status) };
}

/**
 * Takes a file, a folder with a snapshot.json, or "-", gives the snapshot. A list as kubectl prints it is one too. Throws a
 * usage error that says what it is instead.
 */
async function snapshotFrom({ io }: CommandContext, from: string, now: Date): Promise<Snapshot> {
  const bytes = from === '-' ? await buffer(io.stdin) : await readBytes(resolve(io.cwd, from));
  const content = decoded(bytes);
  if (content.trim() === '') throw usageError(`--from ${from} is empty.`);
  const value = parseJson(content, from);
  const parsed = readSnapshot(value, now);
  if (parsed.success) return parsed.data;
  const kind = z.object({ kind: z.string() }).safeParse(value).data?.kind;
  const instead =
    kind === undefined || kind === 'Snapshot'
      ? `\n${z.prettifyError(parsed.error)}`
      : ` It is of the kind ${kind}; expected is the kind Snapshot, or a list as \`kubectl get … -o json\` prints it.`;
  throw usageError(`--from ${from} is not a snapshot of an appliance.${instead}`);
}

/** Takes bytes, gives their text: what PowerShell redirects into a file is UTF-16, and may bear a mark in front. */
function decoded(bytes: Buffer): string {
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isWide ? 'utf-16le' : 'utf-8').decode(bytes);
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    const isFolder = (await stat(path)).isDirectory();
    return await readFile(isFolder ? join(path, 'snapshot.json') : path);
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
