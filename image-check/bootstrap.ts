import { z } from 'zod';
import { broken, contents, rowCounts, starts, type Contents } from './database.ts';
import { INITIAL_TENANT, type Rendered, type RenderedContainer } from './environment.ts';
import { TERMINATION_LOG, type ImageRoot } from './image-root.ts';
import { json } from './json.ts';
import type { CountingProxy, Cut } from './proxy.ts';
import type { Postgres } from './postgres.ts';

export interface BootstrapCheck {
  readonly root: ImageRoot;
  readonly postgres: Postgres;
  readonly proxy: CountingProxy;
  readonly job: RenderedContainer;
  /** Kills: at every so many statements, at most so many, counted from an empty database or from one with all migrations. */
  readonly kills: { readonly every: number; readonly limit: number; readonly from: 'empty' | 'migrated' };
  /** For one run of the job. */
  readonly milliseconds: number;
  /** Variables that the image's own configuration sets, and where its Node is looked for. */
  readonly imageEnv: Readonly<Record<string, string>>;
  readonly say: (line: string) => void;
}

const result = z.object({ seeds: z.string().nullable(), error: z.string().nullable() });
const NOTHING_TOLD = { seeds: null, error: null };
const OTHER_TOLD = { seeds: null, error: 'its message is not one that the bootstrap program writes' };

interface Ran {
  readonly exitCode: number | undefined;
  readonly seeds: string | null;
  readonly error: string | null;
  readonly log: string;
  readonly statements: number;
  readonly seconds: number;
  readonly wasCut: boolean;
}

type Mode = 'fresh' | 'recover';

/** Runs the bootstrap job in all its ways. Gives what is broken, none when all is well. */
export async function checkBootstrap(check: BootstrapCheck): Promise<string[]> {
  const { postgres, say } = check;
  const faults: string[] = [];
  const note = (name: string, ran: Ran, found: Contents, more: readonly string[] = []) => {
    const wrong = [...broken(found, { ended: ended(ran) }), ...more].map((fault) => `${name}: ${fault}`);
    say(line([name, ...cells(found, ran)]));
    if (ran.exitCode !== 0 && !ran.wasCut) {
      wrong.unshift(
        `${name}: the job ended with ${ran.exitCode ?? 'a time-out'}: ${ran.error ?? 'it left no message'}`,
      );
      for (const last of ran.log.trimEnd().split('\n').slice(-15)) say(`    ${last}`);
    }
    faults.push(...wrong);
    for (const fault of wrong) say(`  WRONG ${fault}`);
  };
  say(line(['run', ...HEAD]));
  const fresh = await run(check, 'fresh');
  note('fresh', fresh, await contents(postgres));
  if (fresh.exitCode !== 0) return faults;
  for (const [name, mode] of [
    ['again', 'fresh'],
    ['recover', 'recover'],
  ] as const) {
    const before = await rowCounts(postgres);
    const ran = await run(check, mode);
    const same = before === (await rowCounts(postgres));
    note(name, ran, await contents(postgres), same ? [] : ['it changed the number of rows of a table']);
  }
  await kill(check, note);
  return faults;
}

/** Cuts the connection at every k-th statement, each time from the same start, and has the job run again. */
async function kill(check: BootstrapCheck, note: (name: string, ran: Ran, found: Contents) => void): Promise<void> {
  const { postgres, kills, say } = check;
  const start = starts(postgres);
  await start.restore();
  if (kills.from === 'migrated') {
    // Without seeds the job ends in a refusal, for nobody could log in; the migrations are there all the same.
    await run(check, 'fresh', { more: { SETUP_RUN_SEEDS: 'false' } });
    await start.keep();
  }
  for (let killed = 0; killed < kills.limit; killed += 1) {
    const statement = (killed + 1) * kills.every;
    await start.restore();
    const when = killed % 2 === 0 ? 'answered' : 'sent';
    const ran = await run(check, 'fresh', { cut: { statement, when } });
    if (!ran.wasCut) return say(`the job has fewer than ${statement} statements from there: ${killed} kills were all`);
    note(`kill at ${statement}, ${when}`, ran, await contents(postgres));
    note('  run again', await run(check, 'fresh'), await contents(postgres));
  }
  say(`stopped after ${kills.limit} kills (--limit)`);
}

async function run(
  check: BootstrapCheck,
  mode: Mode,
  { cut, more = {} }: { cut?: Cut; more?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  const { root, job, proxy, milliseconds, imageEnv } = check;
  const env = Object.fromEntries(
    Object.entries({ ...imageEnv, ...job.env, BOOTSTRAP_MODE: mode, ...more }).filter(
      // The installer takes the Secret away once the tenant stands.
      ([name]) => mode === 'fresh' || !INITIAL_TENANT.includes(name),
    ),
  );
  proxy.count(cut);
  const started = performance.now();
  const child = root.start(job.command, { cwd: job.workingDir ?? '/', env, milliseconds });
  const { exitCode, all } = await child;
  const message = await root.written(TERMINATION_LOG);
  const told = message === '' ? NOTHING_TOLD : (result.safeParse(json(message)).data ?? OTHER_TOLD);
  return {
    exitCode,
    ...told,
    log: all,
    statements: proxy.statements,
    seconds: Math.round((performance.now() - started) / 1000),
    wasCut: proxy.wasCut,
  };
}

const ended = ({ exitCode, wasCut }: Ran) => (exitCode === 0 ? 'well' : wasCut ? 'cut' : 'badly');

const HEAD = ['migrations', 'tenants', 'users', 'licence rows', 'seeds', 'recorded', 'statements', 'seconds', 'exit'];

function cells(found: Contents, ran: Ran): string[] {
  const number = (value: number | null) => (value === null ? '–' : String(value));
  return [
    ...[found.migrations, found.tenants, found.users, found.licences].map(number),
    ran.seeds ?? '–',
    number(found.filled),
    String(ran.statements),
    String(ran.seconds),
    String(ran.exitCode ?? '–'),
  ];
}

const WIDTHS = [24, 10, 7, 5, 12, 8, 8, 10, 7, 4];
const line = (columns: readonly string[]): string =>
  columns
    .map((column, at) => column.padEnd(WIDTHS[at] ?? 0))
    .join('  ')
    .trimEnd();

/** The job's program as the chart's ConfigMap holds it, by path in the root. */
export const programFiles = (rendered: Pick<Rendered, 'program'>, folder: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(rendered.program)
      .filter(([name]) => name.endsWith('.mjs'))
      .map(([name, text]) => [`${folder}/${name}`, text]),
  );
