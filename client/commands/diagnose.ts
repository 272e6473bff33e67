import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { withoutSecrets } from '../../redaction/index.ts';
import { diagnose, readSnapshot } from '../../diagnosis/index.ts';
import type { Diagnosis } from '../../diagnosis/index.ts';
import { readDocument, whyUnread } from '../../model/documents.ts';
import { SNAPSHOT } from '../../model/snapshot.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { CommandContext } from '../context.ts';
import { usageError } from '../terminal/failure.ts';
import { diagnosisOf, lookAt, presentAt } from '../status/observe.ts';
import { explanationLines } from '../render/explanation.ts';
import { statusLines } from '../render/status.ts';
import { exitOf } from '../status/verdict.ts';
import { defineCommand } from './define.ts';

/** `diagnose`: the causes, from the cluster or from a snapshot that somebody sent. */
export const command = defineCommand({
  flags: [
    {
      flags: '--from <file>',
      help: 'a snapshot, a folder with a snapshot.json, or a list from `kubectl get … -o json`, instead of the cluster; "-" is standard input',
    },
    { flags: '--explain', help: 'show which signal led to which cause, and what was ruled out' },
    {
      flags: '--save <file>',
      help: 'write what was looked at, without secrets, into a file to send to somebody who helps; --from reads it',
    },
  ],
  examples: ['diagnose', 'diagnose --save snapshot.json', 'diagnose --from snapshot.json --explain'],
  run: async (context, { from, explain, save: file }) => {
    const now = context.services.clock.now();
    const { status, graph, exit, at, snapshot } =
      from === undefined ? await ofSite(context) : ofSnapshot(await snapshotFrom(context, from, now), now);
    if (explain) {
      await context.give({ status, graph }, () => [
        ...statusLines(context.style, status, at),
        '',
        ...explanationLines(context.style, graph, status.topBlockers),
      ]);
    } else {
      await context.give(status, () => statusLines(context.style, status, at));
    }
    if (file !== undefined) await save(context, file, snapshot);
    return exit;
  },
});

interface Answer extends Diagnosis {
  readonly exit: number;
  /** By which what was seen is counted. */
  readonly at: Date;
  readonly snapshot: Snapshot;
}

/** As `status` tells it, with the install's own word: the two never disagree. */
async function ofSite(context: CommandContext): Promise<Answer> {
  const site = await context.site();
  const look = await lookAt(context, site);
  const diagnosis = await diagnosisOf(context, site, look);
  const at = presentAt(look, context.services.clock.now());
  return { ...diagnosis, exit: exitOf(diagnosis.status, look.install), at, snapshot: look.snapshot };
}

function ofSnapshot(snapshot: Snapshot, now: Date): Answer {
  const diagnosis = diagnose(snapshot, { now });
  return { ...diagnosis, exit: exitOf(diagnosis.status, null), at: now, snapshot };
}

/** Writes what was looked at for its owner alone, without secrets, as `--from` reads it. */
async function save(context: CommandContext, file: string, snapshot: Snapshot): Promise<void> {
  const path = resolve(context.io.cwd, file);
  try {
    await writeFileAtomic(path, `${JSON.stringify(withoutSecrets(snapshot), null, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw usageError(`--save ${file} cannot be written (${reason})`, { cause: error });
  }
  context.say(`What was looked at is in ${path}, without secrets.`);
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
  const read = readDocument(SNAPSHOT, value);
  if ('newer' in read) throw usageError(whyUnread(SNAPSHOT, read, `--from ${from}`));
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
    // The words quote the text, line ends and all.
    const words = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ');
    throw usageError(`--from ${from} is not JSON: ${words}`, { cause: error });
  }
}
