import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeWhole } from '../../system/write-file.ts';
import { z } from 'zod';
import { BundleRefused, isArchive, readBundle } from '../../bundle/index.ts';
import { withoutSecrets } from '../../redaction/index.ts';
import { readSnapshot } from '../../diagnosis/index.ts';
import { MOST_LEVELS, isTooDeep } from '../../model/depth.ts';
import { readDocument, readDocumentText, whyUnread } from '../../model/documents.ts';
import { INSTALL_PROGRESS } from '../../model/progress.ts';
import type { InstallProgress } from '../../model/progress.ts';
import { SNAPSHOT } from '../../model/snapshot.ts';
import { adviceText, anywhere } from '../../model/render-advice.ts';
import type { InstallThere } from '../../model/render-advice.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { Style } from '../terminal/style.ts';
import type { CommandContext } from '../context.ts';
import { usageError } from '../terminal/failure.ts';
import { clean } from '../terminal/text.ts';
import { FileRefused, readGiven } from '../terminal/given-file.ts';
import { installThere, lookAt, presentAt, readingOf as readingOfSite } from '../status/observe.ts';
import { readingOf } from '../../status/index.ts';
import type { Reading } from '../../status/index.ts';
import { withMachine } from '../support/machine.ts';
import { explanationLines } from '../render/explanation.ts';
import { statusLines } from '../render/status.ts';
import { heldLines, isInAnothersQueue, lookAtHolder } from '../install/holder.ts';
import { knownSite } from '../install/update.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { exitOf } from '../status/verdict.ts';
import { defineCommand } from './define.ts';

/** `diagnose`: the causes, from the cluster or from a saved snapshot. */
export const command = defineCommand({
  flags: [
    {
      flags: '--from <file>',
      help: 'read a support bundle, a snapshot, a folder with a snapshot.json, or a list from `kubectl get … -o json` instead of the cluster; "-" is standard input',
    },
    { flags: '--explain', help: 'show which signal led to which cause, and what was ruled out' },
    {
      flags: '--save <file>',
      help: 'save what was read, without secrets, to a file that others can read with --from',
    },
  ],
  examples: [
    'diagnose',
    'diagnose --save snapshot.json',
    'diagnose --from snapshot.json --explain',
    'diagnose --from support-bundle.tar.gz',
  ],
  run: async (context, { from, explain, save: file }) => {
    const now = context.services.clock.now();
    const { status, graph, exit, at, snapshot, install, held } =
      from === undefined ? await ofSite(context) : ofGiven(await givenIn(context, from, now));
    const style = from === undefined ? context.style : { ...context.style, advise: adviceOfSnapshot(snapshot) };
    if (explain) {
      await context.give({ status, graph }, () => [
        ...statusLines(style, status, at, install),
        '',
        ...explanationLines(style, graph, status.topBlockers),
      ]);
    } else {
      await context.give(status, () => statusLines(style, status, at, install));
    }
    if (file !== undefined) await save(context, file, snapshot);
    if (held.length === 0) return exit;
    context.insist(...held);
    return EXIT.held;
  },
});

interface Answer extends Reading {
  readonly exit: number;
  /** By which what was seen is counted. */
  readonly at: Date;
  readonly snapshot: Snapshot;
  /** What to say where another machine holds the site; else nothing. */
  readonly held: readonly string[];
  readonly install: InstallThere;
}

/** As `status` tells it, with the install's own word: the two never disagree. */
async function ofSite(context: CommandContext): Promise<Answer> {
  const site = await knownSite(context);
  const [seen, { other }] = await Promise.all([lookAt(context, site), lookAtHolder(context, site)]);
  const look = { ...seen, snapshot: await withMachine(context, site, seen.snapshot) };
  const isHeld = other !== null || isInAnothersQueue(look.install);
  const held = isHeld ? heldLines(context, site, other) : [];
  const reading = await readingOfSite(context, site, look);
  const at = presentAt(look, context.services.clock.now());
  return {
    ...reading,
    exit: exitOf(reading.status, look.install, look),
    at,
    snapshot: look.snapshot,
    held,
    install: installThere(look),
  };
}

/** What somebody else has seen. */
interface Given {
  readonly snapshot: Snapshot;
  /** What the install itself had to say, if that was given, too: some causes are known to the installer alone. */
  readonly progress: InstallProgress | null;
}

/** As of the time at which it was seen: a cause does not go away in a file that grows old. */
function ofGiven({ snapshot, progress }: Given): Answer {
  const at = new Date(snapshot.takenAt);
  const install = progress && { progress, unread: null, failing: null, isOnlyEye: snapshot.kubernetes === undefined };
  const reading = readingOf({ cluster: snapshot, install, now: at, previous: null });
  const isStopped = progress?.state === 'parked' || progress?.state === 'paused';
  const exit = isStopped ? EXIT.blocked : exitOf(reading.status, null);
  return { ...reading, exit, at, snapshot, held: [], install: 'elsewhere' };
}

/** What was seen is another machine's: advice names that site, and no folder of this machine. */
function adviceOfSnapshot({ site }: Snapshot): Style['advise'] {
  return (told, install) => adviceText(told, anywhere(site?.siteId, install));
}

/** Writes the snapshot with mode 0600, without secrets, as `--from` reads it. */
async function save(context: CommandContext, file: string, snapshot: Snapshot): Promise<void> {
  const path = resolve(context.io.cwd, file);
  try {
    await writeWhole(path, `${JSON.stringify(withoutSecrets(snapshot), null, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw usageError(`--save: cannot write ${file} (${reason})`, { cause: error });
  }
  context.say(`Saved the snapshot to ${path}, without secrets.`);
}

/**
 * The snapshot in a file, in a support bundle, in a folder with a snapshot.json, or on standard input ("-"). A list as kubectl prints
 * it is one, too. Throws a usage error that says what was found instead.
 */
async function givenIn({ io }: CommandContext, from: string, now: Date): Promise<Given> {
  const given = from === '-' ? await fromStdin(io) : await readBytes(resolve(io.cwd, from), io.signal);
  const bundle = isArchive(given) ? await bundleIn(given, from) : null;
  const bytes = bundle?.snapshot ?? given;
  const content = decoded(bytes);
  if (content.trim() === '') throw usageError(`--from ${from} is empty.`);
  const value = parseJson(content, from);
  const read = readDocument(SNAPSHOT, value);
  if ('newer' in read) throw usageError(whyUnread(SNAPSHOT, read, `--from ${from}`));
  const parsed = readSnapshot(value, now);
  if (parsed.success) return { snapshot: parsed.data, progress: bundle?.progress ?? null };
  const kind = shortly(z.object({ kind: z.string() }).safeParse(value).data?.kind);
  const instead =
    kind === undefined || kind === 'Snapshot'
      ? `\n${z.prettifyError(parsed.error)}`
      : ` Its kind is ${kind}; expected kind Snapshot, or a list as \`kubectl get … -o json\` prints it.`;
  throw usageError(`--from ${from} is not a snapshot of an appliance.${instead}`);
}

/** No snapshot is larger, packed or not. */
const MOST_BYTES = 256 * 1024 * 1024;

/** The snapshot of a support bundle, and the progress of its install; the archive is read in memory, and nothing of it is written. */
async function bundleIn(
  archive: Buffer,
  from: string,
): Promise<{ readonly snapshot: Buffer; readonly progress: InstallProgress | null }> {
  try {
    const { index, files } = await readBundle(archive);
    const found = files.get('snapshot.json');
    const told = files.get('install/progress.json');
    const read = told ? readDocumentText(INSTALL_PROGRESS, told.toString('utf8')) : null;
    if (found) return { snapshot: found, progress: read && 'value' in read ? read.value : null };
    const why = index.missing.filter(({ part }) => part === 'snapshot' || part === 'status').map(({ why: one }) => one);
    throw usageError(
      `--from ${from} is a support bundle without a snapshot: ${why[0] ?? 'nothing was read of the cluster'}`,
    );
  } catch (error) {
    if (!(error instanceof BundleRefused)) throw error;
    throw usageError(`--from ${from} ${error.message}`, { cause: error });
  }
}

async function fromStdin({ stdin }: CommandContext['io']): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stdin) {
    const given: Buffer | string = chunk;
    const part = typeof given === 'string' ? Buffer.from(given) : given;
    chunks.push(part);
    length += part.length;
    if (length > MOST_BYTES) throw usageError(`--from - has more than ${MOST_BYTES} bytes: no snapshot has`);
  }
  return Buffer.concat(chunks);
}

/** The text of a file: PowerShell redirects as UTF-16, perhaps with a byte order mark. */
function decoded(bytes: Buffer): string {
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isWide ? 'utf-16le' : 'utf-8').decode(bytes);
}

async function readBytes(path: string, signal: AbortSignal): Promise<Buffer> {
  try {
    const isFolder = (await stat(path)).isDirectory();
    const file = isFolder ? join(path, 'snapshot.json') : path;
    const read = await readGiven(file, { most: MOST_BYTES, signal });
    if (read.length >= MOST_BYTES) throw new FileRefused(`has ${MOST_BYTES} bytes or more: no snapshot has`);
    return read;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FileRefused) throw usageError(`--from ${path} ${error.message}`, { cause: error });
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw usageError(`--from ${path} cannot be read (${reason})`, { cause: error });
  }
}

function parseJson(text: string, from: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // The words quote the text, line ends and all.
    const words = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ');
    throw usageError(`--from ${from} is not JSON: ${words}`, { cause: error });
  }
  if (isTooDeep(value))
    throw usageError(`--from ${from} is nested more than ${MOST_LEVELS} levels deep: no snapshot is`);
  return value;
}

/** A word from outside, for a line of ours. */
function shortly(word: string | undefined): string | undefined {
  return word === undefined ? undefined : clean(word).replaceAll(/\s+/g, ' ').slice(0, 60);
}
