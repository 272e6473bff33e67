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
import { INSTALL_WORKFLOW } from '../../model/workflow-contract.ts';
import { installIn, readSiteRecord } from '../../site-folder/record.ts';
import { codeFile } from '../../system/code-files.ts';
import { ensureKeyRing, openTemporal } from '../../temporal/index.ts';
import type { TemporalAccess } from '../../temporal/index.ts';
import { keptOrder, workflowIdOf } from '../../test/support/orders.ts';
import { testSpec } from '../../test/support/spec.ts';
import { stopBackground } from '../../worker/index.ts';
import type { Cell } from './cells.ts';
import { faultOfHolder, laptopOf, takeOver } from './laptop.ts';
import type { Laptop } from './laptop.ts';
import { SITE, madeOnce, objectsIn } from './made.ts';
import { isSame, note, notes, planFile } from './plan.ts';
import type { Entry, Plan } from './plan.ts';

/** How much faster than real time: ten seconds for an undisturbed install. */
const SPEED = 120;
const LOOK_EVERY_MS = 300;
/** Longer than the server needs to notice a worker's death, and a worker to be there again on a busy machine. */
const NEXT_STRIKE_MS = 120_000;

/** What an undisturbed install leaves behind. */
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
  return played({ bundle: workflows, speed: SPEED, cells: [], writers: [] }, async ({ root, log, end }) => {
    if (end?.state !== 'complete') throw new Error(`an undisturbed install is ${end?.state ?? 'not started'}`);
    const writers = new Set(log.flatMap((one) => (one.kind === 'effect' ? one.step : [])));
    return { objects: objectsIn(root), writers: [...writers] };
  });
}

/** Plays one install and strikes it in each of these cells; gives what came of each. */
export async function playStruck(workflows: string, cells: readonly Cell[], whole: Undisturbed): Promise<Ended[]> {
  const plan = { bundle: workflows, speed: SPEED, cells: [...cells], writers: [...whole.writers] };
  return played(plan, async (result) => judged(cells, whole, result));
}

interface Result {
  /** Where appliance, plan and log lie. */
  readonly root: string;
  readonly log: readonly Entry[];
  /** Who had it at the end. */
  readonly last: Laptop;
  readonly end: InstallProgress | null;
  /** What is wrong with who holds the site at the end; null when nothing is. */
  readonly wrongHolder: string | null;
}

function judged(cells: readonly Cell[], whole: Undisturbed, { root, last, log, end, ...result }: Result): Ended[] {
  const struck = log.flatMap((one) => (one.kind === 'strike' ? [one] : []));
  const taken = log.flatMap((one) => (one.kind === 'taken' ? [one] : []));
  const atTheEnd = madeOnce(root, last.home);
  const twice = twiceDone(log);
  const objects = objectsIn(root);
  const other = [
    ...whole.objects.filter((key) => !objects.includes(key)).map((key) => `${key} is missing`),
    ...objects.filter((key) => !whole.objects.includes(key)).map((key) => `${key} is one too many`),
  ];
  return cells.map((cell) => {
    const at = struck.findIndex((one) => isSame(one.cell, cell));
    if (at < 0) return { cell, wrong: 'the install did not come so far' };
    const isLast = at === struck.length - 1;
    const tookOver = taken.find((one) => isSame(one.cell, cell));
    if (tookOver?.wrong) return { cell, wrong: tookOver.wrong };
    if (tookOver === undefined && cell.victim === 'takeover') return { cell, wrong: 'it was not taken over' };
    if (tookOver && tookOver === taken.at(-1) && result.wrongHolder !== null)
      return { cell, wrong: result.wrongHolder };
    if (end?.state !== 'complete' && isLast)
      return { cell, wrong: `the install did not continue: ${end?.state ?? 'nothing'}, ${blockersOf(end)}` };
    const made = Object.entries(struck[at]?.made ?? {}).find(([name, digest]) => {
      const next = struck[at + 1]?.made ?? atTheEnd;
      return next[name] !== digest;
    });
    if (made) return { cell, wrong: `${made[0]} was created again` };
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
  const root = await mkdtemp(join(tmpdir(), 'appliance-proof-'));
  await writeFile(planFile(root), JSON.stringify(plan));
  const keeper = new Keeper(root, plan.speed, await laptopOf(root, 1));
  try {
    const end = await keeper.install();
    await keeper.endWorker();
    const wrongHolder = end?.state === 'complete' ? await keeper.faultOfHolder() : null;
    return await look({ root, last: keeper.laptop, log: notes(root), end, wrongHolder });
  } finally {
    await keeper.close();
    await rm(root, { recursive: true, force: true });
  }
}

/** The person who starts again whatever was killed, until the install is over; after a takeover, the next one. */
class Keeper {
  readonly #root: string;
  readonly #speed: number;
  readonly #earlier: Laptop[] = [];
  #laptop: Laptop;
  #worker: ChildProcess | null = null;

  constructor(root: string, speed: number, laptop: Laptop) {
    this.#root = root;
    this.#speed = speed;
    this.#laptop = laptop;
  }

  get laptop(): Laptop {
    return this.#laptop;
  }

  async install(): Promise<InstallProgress | null> {
    await this.#order();
    let seen = -1;
    let since = Date.now();
    let progress: InstallProgress | null = null;
    while (Date.now() - since < NEXT_STRIKE_MS) {
      const log = notes(this.#root);
      if (log.length !== seen) [seen, since] = [log.length, Date.now()];
      if (!this.#worker || this.#worker.exitCode !== null || this.#worker.signalCode !== null) {
        const cell = untaken(log);
        if (cell) await this.#takeOver(cell);
        await this.#startWorker();
      }
      progress = (await this.#look()) ?? progress;
      if (progress?.state === 'complete') return progress;
      await delay(LOOK_EVERY_MS);
    }
    return progress;
  }

  async endWorker(): Promise<void> {
    const worker = this.#worker;
    if (worker && worker.exitCode === null && worker.signalCode === null) {
      const gone = new Promise((resolve) => worker.once('exit', resolve));
      worker.kill('SIGKILL');
      await gone;
    }
  }

  async close(): Promise<void> {
    await this.endWorker();
    for (const { home } of [...this.#earlier, this.#laptop]) await stopBackground({ home });
  }

  faultOfHolder(): Promise<string | null> {
    return faultOfHolder(this.#laptop, this.#earlier, this.#speed);
  }

  async #order(): Promise<void> {
    const { home, folder } = this.#laptop;
    const spec = testSpec({ siteId: SITE, dnsServers: ['192.0.2.53'], prepullImages: true });
    const order = await keptOrder(folder, spec);
    await ensureKeyRing(home, SITE);
    await this.#withServer(async ({ client, taskQueue }) => {
      await client.workflow.start(INSTALL_WORKFLOW, {
        workflowId: workflowIdOf(SITE),
        taskQueue,
        args: [{ order }],
      });
    });
  }

  async #takeOver(cell: Cell): Promise<void> {
    const from = this.#laptop;
    const number = this.#earlier.push(from);
    this.#laptop = await laptopOf(this.#root, number + 1);
    const withoutCarried = number % 2 === 0;
    const { wrong, isUnheld } = await takeOver(from, this.#laptop, { speed: this.#speed, withoutCarried });
    if (isUnheld) await this.#order();
    note(this.#root, { kind: 'taken', cell, wrong });
  }

  async #look(): Promise<InstallProgress | null> {
    try {
      return await this.#withServer(async ({ client }) => {
        const workflowId = installIn(await readSiteRecord(this.#laptop.folder));
        if (workflowId === null) return null;
        const { memo } = await client.workflow.getHandle(workflowId).describe();
        return installProgress.safeParse(memo?.['progress']).data ?? null;
      });
    } catch {
      return null; // killed while it was started or asked: the next check starts it again
    }
  }

  async #withServer<Value>(work: (access: TemporalAccess) => Promise<Value>): Promise<Value> {
    const { home, environment } = this.#laptop;
    const access = await openTemporal({
      home,
      environment,
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
    const { home, environment } = this.#laptop;
    const log = await open(join(this.#root, 'proof-worker.log'), 'a', 0o600);
    const file = fileURLToPath(new URL('worker.ts', import.meta.url));
    this.#worker = spawn(process.execPath, [file, '--root', this.#root, '--home', home], {
      env: environment,
      stdio: ['ignore', log.fd, log.fd],
    });
    await log.close();
  }
}

/** The strike after which the site is still to be taken over. */
function untaken(log: readonly Entry[]): Cell | null {
  const last = log.findLast((one) => one.kind === 'strike');
  if (last?.cell.victim !== 'takeover') return null;
  return log.some((one) => one.kind === 'taken' && isSame(one.cell, last.cell)) ? null : last.cell;
}
