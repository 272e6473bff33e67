import { z } from 'zod';
import { json } from './json.ts';
import type { RenderedContainer } from './environment.ts';
import { PRELOAD, READS, type ImageRoot } from './image-root.ts';

const seen = z.union([
  z.object({ name: z.string(), at: z.string(), hasDefault: z.boolean() }),
  z.object({ listens: z.string() }),
]);
type Seen = z.infer<typeof seen>;

export interface ReadsCheck {
  readonly root: ImageRoot;
  readonly container: RenderedContainer;
  readonly imageEnv: Readonly<Record<string, string>>;
  readonly milliseconds: number;
  readonly say: (line: string) => void;
}

/** After it listens a program goes on reading for a moment. */
const SETTLE = 2000;
const LOOK_EVERY = 100;

/** Starts the image's program and tells which variables it reads until it listens or ends, that nothing sets. */
export async function checkReads({ root, container, imageEnv, milliseconds, say }: ReadsCheck): Promise<void> {
  const preload = `--require=/${PRELOAD}`;
  const options = [imageEnv['NODE_OPTIONS'], container.env['NODE_OPTIONS'], preload].filter(Boolean).join(' ');
  const child = root.start(container.command, {
    cwd: container.workingDir ?? '/app',
    env: { ...imageEnv, ...container.env, NODE_OPTIONS: options },
    milliseconds,
  });
  const listened = new AbortController();
  const watching = watch(root, listened.signal).then(() => child.kill('SIGKILL'));
  const { exitCode, all, timedOut } = await child;
  listened.abort();
  await watching;
  const lines = await readLines(root);
  const port = lines.find((line) => 'listens' in line);
  const how = port
    ? `it listens on ${port.listens}`
    : timedOut
      ? `it neither listened nor ended within ${milliseconds / 1000} s`
      : `it ended with ${exitCode ?? 'a signal'} before it listened`;
  say(`started ${container.command.join(' ')}: ${how}`);
  if (!port) for (const last of all.trimEnd().split('\n').slice(-10)) say(`    ${last}`);
  const reads = new Map(lines.flatMap((line) => ('name' in line ? [[line.name, line] as const] : [])));
  if (reads.size === 0) return say('it read no variable that is not set');
  say(`variables that it read and that neither charts nor image set: ${reads.size}`);
  const byName = [...reads.values()].toSorted((one, other) => one.name.localeCompare(other.name));
  for (const { name, at, hasDefault } of byName)
    say(`  ${name.padEnd(40)} ${(hasDefault ? 'default' : '–').padEnd(8)} ${shorter(at)}`);
}

/** Ends when the program has listened and a moment passed, or by the signal. */
async function watch(root: ImageRoot, signal: AbortSignal): Promise<void> {
  let since: number | undefined;
  while (!signal.aborted && (since === undefined || Date.now() - since < SETTLE)) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    if (since === undefined && (await readLines(root)).some((line) => 'listens' in line)) since = Date.now();
  }
}

/** What is not the preload's is passed over: the program may write there what it likes. */
async function readLines(root: ImageRoot): Promise<Seen[]> {
  const text = await root.written(READS);
  // A line is written in one go; the last one may be on its way.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter(Boolean)
    .flatMap((line) => seen.safeParse(json(line)).data ?? []);
}

const shorter = (at: string): string => at.replace(/^.*\/node_modules\//, '…/node_modules/');
