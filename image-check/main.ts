import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { resolveProgram } from '../tools/resolve.ts';
import { IMAGES, isImageName, render, type ImageName } from './environment.ts';
import { examine, NoImageRoot } from './image-root.ts';
import type { Plan } from './inside.ts';

const USAGE = `npm run check:image -- FOLDER [options]

Checks the unpacked root of one of the vendor's images against the charts: alga-core's bootstrap job on a real Postgres, and
for each image the variables that it reads at start and nothing sets. Linux, root.

  --image NAME        ${Object.keys(IMAGES).join(', ')} (default: alga-core)
  --release NAME      the release whose values the charts get (default: 1.0)
  --tag TAG           the image's tag if it is not the one of the release: what it can do
  --set KEY=VALUE     a value of the chart, as Helm takes it; may be repeated
  --env NAME=VALUE    a variable that the image's own configuration sets; may be repeated
  --start COMMAND     what the image starts, if the chart does not set it (words separated by spaces)
  --user ID           who its programs run as (default: 1000)
  --only PART         bootstrap or environment
  --pgvector FOLDER   where pgvector was built; default: the one of this machine's Postgres, or else a stand-in
  --every K           cut the connection at every K-th statement (default: 25)
  --limit N           at most N cuts (default: 10)
  --from STATE        count from an empty database, or a migrated one (default: empty)
  --minutes N         for one run of the job (default: 30)
  --seconds N         for the start to listen or end (default: 60)`;

const OPTIONS = {
  image: { type: 'string', default: 'alga-core' },
  release: { type: 'string', default: '1.0' },
  tag: { type: 'string' },
  set: { type: 'string', multiple: true, default: [] as string[] },
  env: { type: 'string', multiple: true, default: [] as string[] },
  start: { type: 'string' },
  user: { type: 'string', default: '1000' },
  only: { type: 'string' },
  pgvector: { type: 'string' },
  every: { type: 'string', default: '25' },
  limit: { type: 'string', default: '10' },
  from: { type: 'string', default: 'empty' },
  minutes: { type: 'string', default: '30' },
  seconds: { type: 'string', default: '60' },
  help: { type: 'boolean', short: 'h' },
} as const;

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What a person typed that cannot be done. */
class Wrong extends Error {}

export interface Streams {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

/** Gives the exit code: 0 when all held, 1 when something is broken, 2 when it could not be looked at. */
export async function checkImage(argv: readonly string[], { out, error: say }: Streams): Promise<number> {
  try {
    const asked = readArguments(argv);
    if (asked === null) {
      out(`${USAGE}\n`);
      return 0;
    }
    return await inNamespaces(await prepare(asked, (line) => say(`${line}\n`)), { out, error: say });
  } catch (error) {
    if (error instanceof Wrong) say(`${error.message}\n\n${USAGE}\n`);
    else if (error instanceof NoImageRoot || error instanceof RangeError) say(`${error.message}\n`);
    else throw error;
    return 2;
  }
}

type Asked = NonNullable<ReturnType<typeof readArguments>>;

function readArguments(argv: readonly string[]) {
  let read;
  try {
    read = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new Wrong(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = read;
  if (values.help) return null;
  const [folder, ...rest] = positionals;
  if (folder === undefined || rest.length > 0) throw new Wrong('give one FOLDER: where the image is unpacked');
  if (!isImageName(values.image))
    throw new Wrong(`--image ${values.image} is none of ${Object.keys(IMAGES).join(', ')}`);
  const oneOf = <Word extends string>(name: string, value: string, words: readonly Word[]): Word => {
    const found = words.find((word) => word === value);
    if (found === undefined) throw new Wrong(`--${name} ${value} is none of ${words.join(', ')}`);
    return found;
  };
  const whole = (name: string, value: string): number => {
    const number = Number(value);
    if (!Number.isInteger(number) || number < 1 || number > 1_000_000)
      throw new Wrong(`--${name} ${value}: a whole number above 0 is expected`);
    return number;
  };
  const env = values.env.map((each) => {
    const at = each.indexOf('=');
    if (at < 1) throw new Wrong(`--env ${each}: expected NAME=VALUE`);
    return [each.slice(0, at), each.slice(at + 1)] as const;
  });
  const image: ImageName = values.image;
  return {
    folder,
    image,
    release: values.release,
    tag: values.tag,
    set: values.set,
    imageEnv: { PATH, ...Object.fromEntries(env) },
    start: values.start?.split(' ').filter(Boolean),
    user: whole('user', values.user),
    only: values.only === undefined ? undefined : oneOf('only', values.only, ['bootstrap', 'environment']),
    pgvector: values.pgvector,
    kills: {
      every: whole('every', values.every),
      limit: whole('limit', values.limit),
      from: oneOf('from', values.from, ['empty', 'migrated']),
    },
    milliseconds: { job: whole('minutes', values.minutes) * 60_000, start: whole('seconds', values.seconds) * 1000 },
  };
}

/** All that needs this machine's network and files: the folder is looked at, programs are found, charts rendered. */
async function prepare(asked: Asked, onProgress: (line: string) => void): Promise<Omit<Plan, 'work'>> {
  const { image, only, start, user, imageEnv, kills, milliseconds } = asked;
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new NoImageRoot(
      "an image's programs are run apart from this machine, in namespaces without a network: that takes Linux and root",
    );
  }
  const { folder } = await examine(asked.folder);
  if (only === 'bootstrap' && image !== 'alga-core') throw new Wrong('only alga-core has a bootstrap job');
  const program = async (id: string) => (await resolveProgram(id, { onProgress })).path;
  await program('postgres');
  const ip = await program('ip');
  const rendered = await render({ ...asked, helm: await program('helm') });
  const command = start ?? rendered.container.command;
  if (only !== 'bootstrap' && command.length === 0) {
    throw new NoImageRoot(
      `the chart does not set the command of ${image}, and the unpacked root does not contain it: give it with --start (Entrypoint and Cmd of the image)`,
    );
  }
  return {
    folder,
    user,
    ip,
    imageEnv,
    kills,
    milliseconds,
    job: only === 'environment' ? null : rendered.job,
    program: rendered.program,
    container: only === 'bootstrap' ? null : { ...rendered.container, command },
    vector: asked.pgvector === undefined ? 'own' : { built: path.resolve(asked.pgvector) },
  };
}

async function inNamespaces(prepared: Omit<Plan, 'work'>, { out, error: say }: Streams): Promise<number> {
  const work = await mkdtemp(path.join(tmpdir(), 'check-image-'));
  // Its programs run as other users, and have to come to their roots in here.
  await chmod(work, 0o711);
  const file = path.join(work, 'plan.json');
  try {
    await writeFile(file, JSON.stringify({ ...prepared, work } satisfies Plan), { mode: 0o600 });
    const apart = [
      '--net',
      '--ipc',
      '--uts',
      '--mount',
      '--pid',
      '--fork',
      '--kill-child=SIGKILL',
      '--mount-proc',
      '--propagation=private',
    ];
    const inside = [process.execPath, path.join(import.meta.dirname, 'inside.ts'), file];
    const child = execa('unshare', [...apart, '--', ...inside], { reject: false, buffer: false, cleanup: true });
    child.stdout.on('data', (chunk: Buffer) => out(chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => say(chunk.toString()));
    const { exitCode } = await child;
    return exitCode ?? 2;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
