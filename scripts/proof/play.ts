import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { open, rm, writeFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker';
import type { InstallProgress } from '../../model/progress.ts';
import { installProgress } from '../../model/progress.ts';
import { INSTALL_WORKFLOW, installWorkflowId } from '../../model/workflow-contract.ts';
import { siteFolder } from '../../site-folder/index.ts';
import { codeFile } from '../../system/code-files.ts';
import { openTemporal } from '../../temporal/index.ts';
import type { TemporalAccess } from '../../temporal/index.ts';
import { keptOrder } from '../../test/support/orders.ts';
import { recordSite } from '../../test/support/simulated-install.ts';
import { testSpec } from '../../test/support/spec.ts';
import { stopBackground } from '../../worker/index.ts';
import type { Cell } from './cells.ts';
import { SITE, madeOnce, objectsIn } from './made.ts';
import { isSame, notes, planFile } from './plan.ts';
import type { Entry, Plan } from './plan.ts';

/** So much faster than life: ten seconds for an install that nobody disturbs. */
const SPEED = 120;
const LOOK_EVERY_MS = 300;
/** Longer than the server needs to notice a worker's death, and a worker to be there again on a busy machine. */
const NEXT_STRIKE_MS = 120_000;

/** What an install that nobody disturbs leaves behind. */
export interface Undisturbed {
  readonly objects: readonly string[];
  readonly writers: readonly string[];
}

export interface Ended {
  readonly cell: Cell;
  /** Null when it held. */
  readonly wrong: string | null;
}

/** Bundles the workflows once, into a file for all workers. */
export async function bundle(folder: string): Promise<string> {
  const { code } = await bundleWorkflowCode({
    logger: new DefaultLogger('ERROR'),
    workflowsPath: codeFile('workflows/index'),
    failureConverterPath: codeFile('temporal/failure-converter'),
  });
  const file = join(folder, 'workflows.cjs');
  await writeFile(file, code);
  return file;
}

export async function playUndisturbed(workflows: string): Promise<Undisturbed> {
  return played({ bundle: workflows, speed: SPEED, cells: [], writers: [] }, async ({ home, log, end }) => {
    if (end?.state !== 'complete') throw new Error(`an install that nobody disturbs is ${end?.state ?? 'not begun'}`);
    const writers = new Set(log.flatMap((one) => (one.kind === 'effect' ? one.step : [])));
    return { objects: objectsIn(home), writers: [...writers] };
  });
}

/** Plays one install and strikes it in each of these cells; gives what came of each. */
export async function playStruck(workflows: string, cells: readonly Cell[], whole: Undisturbed): Promise<Ended[]> {
  const plan = { bundle: workflows, speed: SPEED, cells: [...cells], writers: [...whole.writers] };
  return played(plan, async ({ home, log, end }) => judged(cells, whole, { home, log, end }));
}

interface Result {
  readonly home: string;
  readonly log: readonly Entry[];
  readonly end: InstallProgress | null;
}

function judged(cells: readonly Cell[], whole: Undisturbed, { home, log, end }: Result): Ended[] {
  const struck = log.flatMap((one) => (one.kind === 'strike' ? [one] : []));
  const atTheEnd = madeOnce(home);
  const twice = twiceDone(log);
  const objects = objectsIn(home);
  const other = [
    ...whole.objects.filter((key) => !objects.includes(key)).map((key) => `${key} is missing`),
    ...objects.filter((key) => !whole.objects.includes(key)).map((key) => `${key} is one too many`),
  ];
  return cells.map((cell) => {
    const at = struck.findIndex((one) => isSame(one.cell, cell));
    if (at < 0) return { cell, wrong: 'the install did not come so far' };
    const isLast = at === struck.length - 1;
    if (end?.state !== 'complete' && isLast)
      return { cell, wrong: `the install did not go on: ${end?.state ?? 'nothing'}, ${blockersOf(end)}` };
    const made = Object.entries(struck[at]?.made ?? {}).find(([name, digest]) => {
      const next = struck[at + 1]?.made ?? atTheEnd;
      return next[name] !== digest;
    });
    if (made) return { cell, wrong: `${made[0]} was made anew` };
    const again = twice.get(cell.step);
    if (again) return { cell, wrong: `done more than once: ${again}` };
    if (isLast && other.length > 0) return { cell, wrong: other.join('; ') };
    return { cell, wrong: null };
  });
}

const blockersOf = (progress: InstallProgress | null): string =>
  progress?.blockers.map(({ reason }) => reason).join('; ') || 'no blocker';

/** By step: an effect that the other side saw twice. What was deleted may be made again. */
function twiceDone(log: readonly Entry[]): Map<string, string> {
  const there = new Set<string>();
  const twice = new Map<string, string>();
  for (const one of log) {
    if (one.kind !== 'effect' || one.effect.startsWith('may again')) continue;
    const { effect, step } = one;
    if (effect.startsWith('delete ')) there.delete(effect.replace('delete', 'create'));
    else if (there.has(effect)) twice.set(step, effect);
    else there.add(effect);
  }
  return twice;
}

async function played<Value>(plan: Plan, look: (result: Result) => Promise<Value>): Promise<Value> {
  const home = await mkdtemp(join(tmpdir(), 'appliance-proof-'));
  await writeFile(planFile(home), JSON.stringify(plan));
  const keeper = new Keeper(home);
  try {
    const end = await keeper.install();
    return await look({ home, log: notes(home), end });
  } finally {
    await keeper.close();
    await rm(home, { recursive: true, force: true });
  }
}

/** The person who starts again whatever was killed, until the install is over. */
class Keeper {
  readonly #home: string;
  #worker: ChildProcess | null = null;

  constructor(home: string) {
    this.#home = home;
  }

  async install(): Promise<InstallProgress | null> {
    const spec = testSpec({ siteId: SITE, dnsServers: ['192.0.2.53'], prepullImages: true });
    await recordSite(this.#home, spec);
    const order = await keptOrder(siteFolder(this.#home, SITE), spec);
    await this.#withServer(async ({ client, taskQueue }) => {
      await client.workflow.start(INSTALL_WORKFLOW, {
        workflowId: installWorkflowId(SITE),
        taskQueue,
        args: [{ order }],
      });
    });
    let seen = -1;
    let since = Date.now();
    let progress: InstallProgress | null = null;
    while (Date.now() - since < NEXT_STRIKE_MS) {
      const struck = notes(this.#home).length;
      if (struck !== seen) [seen, since] = [struck, Date.now()];
      if (!this.#worker || this.#worker.exitCode !== null || this.#worker.signalCode !== null)
        await this.#startWorker();
      progress = (await this.#look()) ?? progress;
      if (progress?.state === 'complete') return progress;
      await delay(LOOK_EVERY_MS);
    }
    return progress;
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker && worker.exitCode === null && worker.signalCode === null) {
      const gone = new Promise((resolve) => worker.once('exit', resolve));
      worker.kill('SIGKILL');
      await gone;
    }
    await stopBackground({ home: this.#home });
  }

  async #look(): Promise<InstallProgress | null> {
    try {
      return await this.#withServer(async ({ client }) => {
        const { memo } = await client.workflow.getHandle(installWorkflowId(SITE)).describe();
        return installProgress.safeParse(memo?.['progress']).data ?? null;
      });
    } catch {
      return null; // killed while it was started or asked: the next look starts it again
    }
  }

  async #withServer<Value>(work: (access: TemporalAccess) => Promise<Value>): Promise<Value> {
    const access = await openTemporal({
      home: this.#home,
      environment: process.env,
      signal: AbortSignal.timeout(60_000),
      onProgress: () => {},
      start: 'on-demand',
    });
    try {
      return await work(access);
    } finally {
      await access.close();
    }
  }

  async #startWorker(): Promise<void> {
    const log = await open(join(this.#home, 'proof-worker.log'), 'a', 0o600);
    const file = fileURLToPath(new URL('worker.ts', import.meta.url));
    this.#worker = spawn(process.execPath, [file, '--home', this.#home], { stdio: ['ignore', log.fd, log.fd] });
    await log.close();
  }
}
