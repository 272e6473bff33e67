import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { simulationHome } from '../../client/site/site.ts';
import { supervisorOf } from '../../lab/commands/supervisor-process.ts';
import { commandLineOf } from '../../lab/lab.ts';
import { whyNoLab } from '../../lab/machine-check.ts';
import { folderOf, labNames, operatorFolder, readRecord } from '../../lab/place.ts';
import { PORTS } from '../../model/appliance.ts';
import { SITE_FILES, applianceHome } from '../../site-folder/index.ts';
import { cacheRoot } from '../../tools/cache.ts';
import { install, lookFor } from '../../tools/install.ts';
import type { InstallSurroundings } from '../../tools/install.ts';
import type { Program } from '../../tools/program.ts';
import { programById, programsFor } from '../../tools/programs.ts';
import { duration, withProgress } from '../../tools/progress.ts';
import { LAB, announcement } from './announcement.ts';
import type { DemoPlan } from './announcement.ts';
import { leftoverLines } from './leftovers.ts';
import type { Background, LeftLab, Leftovers } from './leftovers.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const CLIENT = path.join(ROOT, 'bin/appliance-client');
const INTERRUPTED = 130;

const USAGE = `npm run demo [-- --simulate [--speed N]]

  --simulate   use the simulated appliance, also where a lab can be
  --speed N    how much faster than real time the simulation runs`;

/** A folder of its own: stopping and removing the demo touches no site of the user's. */
const SIMULATION_HOME = `${applianceHome()}-demo`;

/** Runs the demo, and gives its exit code: that of the install, or of what prevented it. */
export async function demo(argv: readonly string[]): Promise<number> {
  let options;
  try {
    options = parseArgs({
      args: [...argv],
      options: { simulate: { type: 'boolean' }, speed: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    }).values;
    if (options.speed !== undefined && !options.simulate) throw new RangeError('--speed belongs to --simulate');
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), '', USAGE);
    return 2;
  }
  if (options.help) {
    say(USAGE);
    return 0;
  }
  // Ctrl-C reaches every process of the terminal. Each ends in its own way, and this one says what is left.
  const interrupted = new AbortController();
  process.on('SIGINT', () => interrupted.abort());
  const surroundings: InstallSurroundings = {
    env: process.env,
    write: (text) => process.stderr.write(text),
    writeError: (text) => process.stderr.write(text),
    signal: interrupted.signal,
  };
  const speed = options.speed === undefined ? [] : ['--speed', options.speed];
  let plan = options.simulate
    ? await planSimulation('--simulate was given.', surroundings)
    : await planDemo(surroundings);
  say(...announcement(plan));
  let code: number;
  try {
    code = await obtain(plan, surroundings);
    if (code !== 0 && plan.whyNoLab === null && !interrupted.signal.aborted) {
      plan = await planSimulation('programs of the lab could not be obtained, see above.', surroundings);
      say('', ...announcement(plan));
      code = await obtain(plan, surroundings);
    }
    if (code === 0) code = await buildClient();
    if (code === 0) code = plan.whyNoLab === null ? await installInLab() : await simulate(speed);
  } catch (error) {
    // What is left has to be said all the same.
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    code = 1;
  }
  const home = plan.whyNoLab === null ? operatorFolder(LAB) : SIMULATION_HOME;
  say(...leftoverLines({ lab: await leftLab(), background: await backgroundOf(home), cache: cacheFolders() }));
  return interrupted.signal.aborted ? INTERRUPTED : code;
}

async function planDemo(surroundings: InstallSurroundings): Promise<DemoPlan> {
  const reason = await whyNoLab();
  if (reason !== null) return planSimulation(reason, surroundings);
  const missing = await missingOf(programsFor(['lab']), surroundings);
  const unobtainable = await whyUnobtainable(missing);
  if (unobtainable !== null) return planSimulation(unobtainable, surroundings);
  const replacesLab = (await labNames()).includes(LAB) || (await supervisorOf(LAB)) !== null;
  return { whyNoLab: null, missing, buildsClient: !isBuilt(), replacesLab };
}

async function planSimulation(reason: string, surroundings: InstallSurroundings): Promise<DemoPlan> {
  const missing = await missingOf([programById('temporal-local')], surroundings);
  return { whyNoLab: reason, missing, buildsClient: !isBuilt(), replacesLab: false };
}

const missingOf = (programs: readonly Program[], surroundings: InstallSurroundings): Promise<Program[]> =>
  lookFor(programs, { ...surroundings, write: () => undefined });

const isBuilt = (): boolean => existsSync(path.join(ROOT, 'dist/.built'));

/** Some programs are published nowhere and come from Go alone, as do the definitions and schemas that every lab is made of. */
async function whyUnobtainable(missing: readonly Program[]): Promise<string | null> {
  const go = await execa('go', ['version'], { reject: false, timeout: 30_000 });
  if (!go.failed) return null;
  const built = missing.filter(({ build, download, debian }) => build?.kind === 'go' && !download && !debian);
  const what = built.length === 0 ? '' : ` and ${built.length} of its missing programs`;
  return `Its Flux definitions${what} come from Go modules, but no \`go\` is on PATH (https://go.dev/dl).`;
}

async function obtain({ missing }: DemoPlan, surroundings: InstallSurroundings): Promise<number> {
  if (missing.length === 0) return 0;
  try {
    return await install(
      missing.map(({ id }) => id),
      surroundings,
    );
  } catch (error) {
    if (!surroundings.signal?.aborted) throw error;
    return INTERRUPTED;
  }
}

/** The launcher builds, when something is to build; asking for the version is the least that it can be started for. */
async function buildClient(): Promise<number> {
  const build = (): Promise<number> => run(CLIENT, ['version'], { stdout: 'ignore' });
  return withProgress(say, (elapsed) => `building the client for ${duration(elapsed)}`, build);
}

async function simulate(speed: readonly string[]): Promise<number> {
  const site = ['--config-dir', SIMULATION_HOME];
  const code = await run(CLIENT, ['start', '--fresh', '--simulate', '--yes', ...speed, ...site]);
  say(...commandsToContinue({}, site));
  return code;
}

async function installInLab(): Promise<number> {
  const lab = (...words: string[]): Promise<number> =>
    // What `up` advises on standard output is what follows here.
    run(process.execPath, ['lab/main.ts', ...words, '--name', LAB], { stdout: 'ignore' });
  if ((await labNames()).includes(LAB) || (await supervisorOf(LAB)) !== null) {
    await withProgress(
      say,
      (elapsed) => `removing the earlier lab for ${duration(elapsed)}`,
      () => lab('down'),
    );
  }
  const up = await lab('up');
  const record = await readRecord(LAB);
  if (up !== 0 || record === null) return up === 0 ? 1 : up;
  const { environment, flags } = commandLineOf(record);
  const site = ['--site', LAB, '--config-dir', operatorFolder(LAB)];
  const code = await run(CLIENT, ['start', '--fresh', '--yes', ...flags, ...site], { env: environment });
  const token = path.join(operatorFolder(LAB), LAB, SITE_FILES.statusToken);
  say(
    '',
    'Open:',
    `  Status page     http://${record.nodeAddress}:${PORTS.statusPage}/ (token in ${token})`,
    `  Application     http://${record.nodeAddress}:${PORTS.application}/`,
    ...commandsToContinue(environment, site),
    `  npm run lab -- shell --name ${LAB}    # inside the node`,
  );
  return code;
}

function commandsToContinue(environment: Readonly<Record<string, string>>, site: readonly string[]): string[] {
  const client = (command: string): string => `bin/appliance-client ${command} ${site.join(' ')}`;
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value} `);
  return [
    '',
    'Continue:',
    `  ${client('status')}`,
    `  ${client('diagnose --explain')}`,
    `  ${variables.join('')}${client('resume')}    # when the install is not finished`,
  ];
}

async function leftLab(): Promise<LeftLab | null> {
  const supervisor = await supervisorOf(LAB);
  if (supervisor === null && !(await labNames()).includes(LAB)) return null;
  const record = await readRecord(LAB).catch(() => null); // of another version
  const machine = record && { address: record.nodeAddress, registry: record.registry, git: record.git };
  return { name: LAB, folder: folderOf(LAB), supervisor, machine };
}

async function backgroundOf(home: string): Promise<Background> {
  // Loaded late: it brings Temporal's client.
  const { runningWorker } = await import('../../worker/index.ts');
  const { recordedServer } = await import('../../temporal/server-state.ts');
  const folder = home === SIMULATION_HOME ? simulationHome(home) : home;
  return {
    home,
    exists: existsSync(home),
    server: await recordedServer(folder),
    worker: await runningWorker(folder),
  };
}

function cacheFolders(): Leftovers['cache'] {
  const programs = cacheRoot(process.env);
  const images = path.join(programs, '../lab');
  return { programs: existsSync(programs) ? programs : null, images: existsSync(images) ? images : null };
}

const say = (...lines: readonly string[]): void => console.error(lines.join('\n'));

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdout?: 'inherit' | 'ignore';
}

async function run(file: string, words: readonly string[], { env = {}, stdout = 'inherit' }: RunOptions = {}) {
  const result = await execa(file, words, { cwd: ROOT, stdio: ['inherit', stdout, 'inherit'], reject: false, env });
  return result.exitCode ?? INTERRUPTED;
}
