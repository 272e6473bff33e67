import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { FAULTS, faultsNamed } from './faults.ts';
import { checkMachine, commandLineOf } from './lab.ts';
import { memoryBelow } from './memory.ts';
import { namespaceOf } from './network/namespace.ts';
import { talosControl } from './parts/talos-control.ts';
import { labNames, operatorFolder, readRecord } from './place.ts';
import { kill, removeLab } from './remove.ts';
import { playFaults } from './supervision.ts';

const USAGE = `A machine in Talos maintenance mode, made of this one: real Kubernetes, containers, registry and Git.

  npm run lab -- up [--fault NAME[=TARGET]…] [--name LAB]
  npm run lab -- status [--name LAB]
  npm run lab -- fault NAME[=TARGET]… | none [--name LAB]      from now on these, and no others
  npm run lab -- shell [--name LAB]      a shell in the node's network and file system
  npm run lab -- down [--name LAB]       removes everything of it

Faults:
${Object.entries(FAULTS)
  .map(([name, { what }]) => `  ${name.padEnd(22)} ${what}`)
  .join('\n')}

Example: npm run lab -- up --fault image-missing=workflow-worker
`;

/** Takes the words after the command, gives the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  let wanted: ReturnType<typeof read>;
  try {
    wanted = read(argv);
    faultsNamed(wanted.values.fault);
    checkWords(wanted.positionals);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  const [command, ...words] = wanted.positionals;
  const { name, fault } = wanted.values;
  if (command === undefined || wanted.values.help) {
    console.log(USAGE);
    return command === undefined && !wanted.values.help ? 2 : 0;
  }
  try {
    checkMachine();
    if (command === 'up') return await up(name, fault);
    if (command === 'down') return await down(name);
    if (command === 'status') return await status(name);
    if (command === 'fault') return await changeFaults(name, words);
    if (command === 'shell') return await shell(name);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 7;
  }
  console.error(`there is no command ${command}\n\n${USAGE}`);
  return 2;
}

function read(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      name: { type: 'string', default: 'lab' },
      fault: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
}

/** @throws RangeError for words that no command takes */
function checkWords([command, ...words]: readonly string[]): void {
  if (command !== 'fault') {
    if (words.length > 0) throw new RangeError(`${command} takes no ${words.join(' ')}`);
  } else if (words.length === 0) {
    throw new RangeError('say which faults, or none');
  } else {
    faultsNamed(faultWords(words));
  }
}

/** `none` alone is no fault at all. */
const faultWords = (words: readonly string[]): readonly string[] => (words.join(' ') === 'none' ? [] : words);

async function changeFaults(name: string, words: readonly string[]): Promise<number> {
  if ((await supervisorOf(name)) === null || (await readRecord(name)) === null) {
    console.error(`the lab ${name} is not up: \`npm run lab -- up\` first`);
    return 1;
  }
  await playFaults(name, faultWords(words));
  console.error(`the lab ${name} plays ${faultWords(words).join(', ') || 'no fault'} now`);
  return 0;
}

/** Starts the supervisor in the background and tells what it says until the machine waits for its configuration. */
async function up(name: string, faults: readonly string[]): Promise<number> {
  const running = await supervisorOf(name);
  if (running !== null) {
    console.error(`the lab ${name} is up already; \`npm run lab -- down\` first, or take another --name`);
    return 6;
  }
  await removeLab(name);
  const log = logOf(name);
  const output = await open(log, 'w', 0o600);
  const script = path.join(import.meta.dirname, 'supervisor.ts');
  const child = spawn(process.execPath, [script, name, ...faults], {
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
  });
  let ended = false;
  child.once('exit', () => (ended = true));
  child.unref();
  await output.close();
  for (let told = 0; ;) {
    const lines = (await readFile(log, 'utf8')).split('\n').slice(0, -1);
    for (const line of lines.slice(told)) if (line !== 'up') console.error(line);
    told = lines.length;
    const record = lines.at(-1) === 'up' ? await readRecord(name) : null;
    if (record !== null) {
      console.log(advice(record));
      return 0;
    }
    if (ended) {
      console.error(`the lab did not come up; ${log} says why`);
      return 1;
    }
    await delay(200);
  }
}

function advice(record: NonNullable<Awaited<ReturnType<typeof readRecord>>>): string {
  const { environment, flags } = commandLineOf(record);
  const variables = Object.entries(environment).map(([key, value]) => `${key}=${value}`);
  return [
    `A machine in Talos maintenance mode waits at ${record.nodeAddress}. Install it:`,
    `  ${variables.join(' ')} bin/appliance-client start --fresh ${flags.join(' ')}`,
    'Remove it: npm run lab -- down',
  ].join('\n');
}

/** The process that holds a lab up, or is about to; or null. Looked for by its words, so that an `up` that was given up is found. */
async function supervisorOf(name: string): Promise<number | null> {
  for (const pid of await readdir('/proc')) {
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''); // no process, or one that has gone
    const [, script = '', lab] = text.split('\0');
    if (script.endsWith('/lab/supervisor.ts') && lab === name) return Number(pid);
  }
  return null;
}

async function down(name: string): Promise<number> {
  const pid = await supervisorOf(name);
  if (pid !== null) {
    kill(pid, 'SIGTERM');
    const deadline = Date.now() + 60_000;
    while ((await supervisorOf(name)) !== null && Date.now() < deadline) await delay(100);
    const still = await supervisorOf(name);
    if (still !== null) kill(still);
  }
  await stopOperator(name);
  await removeLab(name);
  await rm(logOf(name), { force: true });
  console.error(`the lab ${name} is gone`);
  return 0;
}

/** A demonstration's own Temporal server and worker keep their files in the lab's folder. */
async function stopOperator(name: string): Promise<void> {
  const home = operatorFolder(name);
  if (!existsSync(home)) return;
  const client = path.join(import.meta.dirname, '..', 'bin', 'appliance-client');
  const env = { ALGA_APPLIANCE_HOME: home };
  const stopped = await execa(client, ['worker', 'stop'], { env, reject: false, timeout: 60_000, all: true });
  if (stopped.failed) console.error(`the demonstration's worker could not be stopped: ${stopped.all}`);
}

/** Outside the lab's folder: it also tells why there is no lab. */
function logOf(name: string): string {
  return path.join(tmpdir(), `appliance-lab-${name}.log`);
}

async function status(name: string): Promise<number> {
  const record = await readRecord(name);
  if (record === null) {
    const others = (await labNames()).filter((other) => other !== name);
    console.log(`the lab ${name} is not up${others.length > 0 ? `; there is: ${others.join(', ')}` : ''}`);
    return 1;
  }
  const supervisor = await supervisorOf(name);
  const isHeld = supervisor !== null;
  const machine = isHeld ? await talosControl(record.control).state() : null;
  console.log(
    `lab       ${name}, since ${record.startedAt}${isHeld ? '' : ' (its processes are gone: `down` removes what is left)'}`,
  );
  console.log(`machine   ${record.nodeAddress}, ${machine === null ? 'off' : `${machine.stage}, ${machine.mode}`}`);
  console.log(`resolvers ${record.hostAddress} (the network's), ${record.otherResolver}`);
  console.log(`registry  ${record.registry}\ngit       ${record.git} ${record.branch}`);
  if (isHeld) console.log(`memory    ${((await memoryBelow(supervisor)) / 1e9).toFixed(2)} GB`);
  console.log(`faults    ${record.faults.join(', ') || 'none'}`);
  return 0;
}

async function shell(name: string): Promise<number> {
  const listed = await execa('ip', ['netns', 'pids', namespaceOf(name)], { reject: false });
  for (const pid of listed.stdout.split('\n')) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''); // it has gone
    if (!command.includes('init.sh')) continue;
    const inside = ['--target', pid, '--net', '--mount', '--pid', process.env['SHELL'] ?? '/bin/sh'];
    return (await execa('nsenter', inside, { stdio: 'inherit', reject: false })).exitCode ?? 1;
  }
  console.error('the node is not up: the shell opens once its Kubernetes was started');
  return 1;
}
