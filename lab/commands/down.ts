import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { labNames, operatorFolder } from '../place.ts';
import { kill, removeLab } from '../remove.ts';
import { logOf, supervisorOf } from './supervisor-process.ts';

const PATIENCE_MS = 60_000;

/** Removes everything of a lab, whatever its state. */
export async function down(name: string): Promise<number> {
  const wasThere = (await labNames()).includes(name) || (await supervisorOf(name)) !== null;
  await stopOperator(name);
  await endSupervisor(name);
  await removeLab(name);
  await rm(logOf(name), { force: true });
  console.error(wasThere ? `removed the lab ${name}` : `no lab ${name}${await others(name)}`);
  return 0;
}

/** Asks a lab's supervisor to stop the lab, and kills it if it does not. Without a supervisor, nothing happens. */
export async function endSupervisor(name: string): Promise<void> {
  const pid = await supervisorOf(name);
  if (pid === null) return;
  kill(pid, 'SIGTERM');
  const deadline = Date.now() + PATIENCE_MS;
  while ((await supervisorOf(name)) !== null && Date.now() < deadline) await delay(100);
  const still = await supervisorOf(name);
  if (still !== null) kill(still);
}

/** The other labs, as the end of a sentence: `; other labs: demo`. */
export async function others(name: string): Promise<string> {
  const names = (await labNames()).filter((other) => other !== name);
  return names.length > 0 ? `; other labs: ${names.join(', ')}` : '';
}

/** A demonstration's own Temporal server and worker keep their files in the lab's folder. */
async function stopOperator(name: string): Promise<void> {
  const home = operatorFolder(name);
  if (!existsSync(home)) return;
  const client = path.join(import.meta.dirname, '..', '..', 'bin', 'appliance-client');
  const env = { ALGA_APPLIANCE_HOME: home };
  const stopped = await execa(client, ['worker', 'stop'], { env, reject: false, timeout: 60_000, all: true });
  if (stopped.failed) console.error(`the demonstration's worker is ended with the lab: ${stopped.all}`);
}
